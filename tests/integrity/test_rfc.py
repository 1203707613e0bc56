"""The vectors that the standards themselves print."""

from __future__ import annotations

import struct

import pytest
from argon2.low_level import Type, core, ffi, lib
from cryptography.hazmat.primitives import keywrap

from tallymark.errors import IntegrityError
from tallymark.integrity import canonical, checkpoint, merkle, signature

# The eight inputs and roots of the RFC 6962 reference implementation.
LOG_INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
LOG_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def test_rfc_6962_roots() -> None:
    """The tree heads of the reference log, by building at once and by appending."""
    leaves = [merkle.leaf_hash(data) for data in LOG_INPUTS]
    frontier = merkle.Frontier()
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")
    for size, root in enumerate(LOG_ROOTS, 1):
        frontier.append(leaves[size - 1])
        assert frontier.root().hex() == merkle.Tree(leaves).root(size).hex() == root


def test_rfc_6962_proofs() -> None:
    """The audit paths and consistency proofs of the reference log."""
    tree = merkle.Tree([merkle.leaf_hash(data) for data in LOG_INPUTS])
    assert [value.hex() for value in tree.inclusion(5, 8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [value.hex() for value in tree.consistency(6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [value.hex() for value in tree.inclusion(2, 3)] == [
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    ]
    assert tree.consistency(1, 1) == []


@pytest.mark.parametrize(
    ("seed", "public", "message", "made"),
    [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
            "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
            "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
            "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_rfc_8032(seed: str, public: str, message: str, made: str) -> None:
    """Ed25519 test 1 to 3."""
    key = signature.SigningKey.from_seed(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == made
    assert signature.verify(key.public, bytes.fromhex(made), bytes.fromhex(message))


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_rfc_8785_numbers(bits: str, text: str) -> None:
    """Appendix B: how a double is printed; those beyond 2^53-1 in digits only we refuse."""
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    if text.lstrip("-").isdigit() and abs(int(text)) > canonical.MAX_WHOLE:
        with pytest.raises(IntegrityError):
            canonical.encode(value)
        return
    assert canonical.encode(value).decode() == text


def test_rfc_8785_sample() -> None:
    """Section 3.2.2 and 3.2.4: the sample object, and section 3.2.3: the sorting."""
    sample = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical.encode(sample).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(canonical.decode(canonical.encode(dict.fromkeys(keys, 1)))) == order


def test_rfc_9106_argon2id() -> None:
    """Section 5.3: the Argon2id tag, with secret and associated data."""
    out, password, salt = ffi.new("uint8_t[]", 32), b"\x01" * 32, b"\x02" * 16
    secret, extra = b"\x03" * 8, b"\x04" * 12
    held = [ffi.new("uint8_t[]", data) for data in (password, salt, secret, extra)]
    context = ffi.new(
        "argon2_context *",
        {
            "version": 0x13, "out": out, "outlen": 32,
            "pwd": held[0], "pwdlen": 32, "salt": held[1], "saltlen": 16,
            "secret": held[2], "secretlen": 8, "ad": held[3], "adlen": 12,
            "t_cost": 3, "m_cost": 32, "lanes": 4, "threads": 4,
            "allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL, "flags": lib.ARGON2_DEFAULT_FLAGS,
        },
    )  # fmt: skip
    code = core(context, Type.ID.value)
    assert code == lib.ARGON2_OK
    assert bytes(ffi.buffer(out, 32)).hex() == (
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    )


def test_rfc_3394_key_wrap() -> None:
    """Section 4.6: 256 bits of key under a 256-bit key."""
    wrapping = bytes(range(32))
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    assert keywrap.aes_key_wrap(wrapping, key).hex() == (
        "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    )


def test_the_note_of_the_go_package() -> None:
    """The verifier key and key id that Go's note package documents."""
    name = "PeterNeumann"
    key = "c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    raw = checkpoint._unbase64(key.split("+", 1)[1])
    assert raw[0] == 1
    assert checkpoint.key_id(name, raw[1:]).hex() == "c74f20a3"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    found, signed = checkpoint._signature_line(line)
    assert found == name
    assert signed[:4].hex() == "c74f20a3"
    assert signature.verify(raw[1:], signed[4:], text.encode())
