"""Words that WhatsApp writes into exports, in the languages known so far. Data, no rules.

Compared without regard to case, after invisible marks and outer spaces are taken off.
"""

from __future__ import annotations

MORNING = (
    "AM", "a.m.", "a. m.", "a m", "πμ", "π.μ.", "π. μ.", "ص", "ق.ظ", "ق.ظ.", "öö", "ÖÖ", "上午", "午前",
    "오전", "dop.", "de.", "पूर्वाह्न", "म.पू.", "पूर्व", "PG", "SA", "fm", "f.m.", "ap.", "vorm.", "дп",
    "ДП", "vm.", "পূর্বাহ্ন", "পূর্বাহ্ণ", "முற்பகல்", "לפנה״צ", 'לפנה"צ', "ก่อนเที่ยง", "ព្រឹក", "e paradites",
    "paradite", "прије подне", "пре подне", "asubuhi",
)  # fmt: skip
AFTERNOON = (
    "PM", "p.m.", "p. m.", "p m", "μμ", "μ.μ.", "μ. μ.", "م", "ب.ظ", "ب.ظ.", "ös", "ÖS", "下午", "午後",
    "오후", "odp.", "du.", "अपराह्न", "म.उ.", "अपर", "PTG", "CH", "em", "e.m.", "ip.", "nachm.", "пп",
    "ПП", "nm.", "অপরাহ্ন", "অপরাহ্ণ", "பிற்பகல்", "אחה״צ", 'אחה"צ', "หลังเที่ยง", "ល្ងាច", "e pasdites",
    "pasdite", "по подне", "alasiri",
)  # fmt: skip
DAY_PERIODS = {
    "凌晨": (0, 5), "清晨": (4, 8), "早上": (5, 11), "早晨": (5, 11), "中午": (11, 14), "晚上": (17, 23),
    "傍晚": (16, 20), "深夜": (22, 23), "夜晚": (18, 23), "半夜": (0, 5),
}  # fmt: skip
"""Chinese parts of the day: the first and last hour that each can hold."""

CONNECTORS = (
    "klo", "kl.", "kl", "à", "às", "as", "a las", "a la", "a les", "alle ore", "alle", "ore", "at", "um",
    "om", "ob", "o", "u", "w", "v", "в", "о", "у", "στις", "la", "saat", "الساعة", "في", "ساعت", "בשעה",
    "ב-", "lúc", "pukul", "jam", "เวลา", "kell", "plkst.",
)  # fmt: skip
"""What may stand between date and time and says nothing about the half of the day."""

TAILS = ("Uhr", "hrs", "hs.", "h", "น.", "ч.", "uur")
"""What may stand after the time and says nothing about the half of the day."""

OMITTED = frozenset({
    "media omitted", "image omitted", "video omitted", "audio omitted", "gif omitted", "sticker omitted",
    "document omitted", "contact card omitted", "video note omitted", "voice message omitted",
    "media weggelaat", "تم استبعاد الوسائط", "media buraxıldı", "media çıxarılmışdır", "без файл",
    "মিডিয়া বাদ দেওয়া হয়েছে", "fitxers multimèdia omesos", "mitjans omesos", "média vynechány",
    "média vynechána", "medier udeladt", "mediefil udeladt", "medien ausgeschlossen", "medien weggelassen",
    "bild weggelassen", "video weggelassen", "audio weggelassen", "gif weggelassen", "sticker weggelassen",
    "dokument weggelassen", "kontaktkarte ausgelassen", "kontaktkarte weggelassen", "αρχείο παραλήφθηκε",
    "εξαίρεση πολυμέσων", "multimedia omitido", "archivo omitido", "imagen omitida", "video omitido",
    "vídeo omitido", "audio omitido", "gif omitido", "sticker omitido", "documento omitido",
    "tarjeta de contacto omitida", "meedia välja jäetud", "meedia ära jäetud", "رسانه حذف شد",
    "media jätettiin pois", "media jätetty pois", "kuva jätettiin pois", "video jätettiin pois",
    "médias omis", "fichier omis", "image absente", "vidéo absente", "audio omis", "gif retiré",
    "sticker omis", "document manquant", "carte de contact manquante", "मीडिया के बिना",
    "मीडिया छोड़ा गया", "medijski zapis izostavljen", "média elhagyva", "hiányzó médiafájl",
    "media tidak disertakan", "media omessi", "media omesso", "immagine omessa", "video omesso",
    "audio omesso", "gif esclusa", "sticker omesso", "sticker non incluso", "documento omesso",
    "scheda contatto omessa", "המדיה לא נכללה", "מדיה הושמטה", "メディアなし", "メディアは含まれていません",
    "画像は含まれていません", "файлдар қосылмаған", "файл қосылған жоқ", "미디어 파일 제외됨",
    "미디어 파일을 생략한 대화내용", "사진 생략", "동영상 생략", "medija praleista",
    "praleistas medijos turinys", "nav iekļauta multivide", "bez multivides", "без фајлови", "без фајл",
    "മീഡിയ ഒഴിവാക്കി", "मीडिया वगळण्यात आला", "मीडिया वगळले", "media dikecualikan", "media disingkirkan",
    "media utelatt", "uten vedlegg", "bilde utelatt", "media weggelaten", "afbeelding weggelaten",
    "video weggelaten", "audio weggelaten", "gif weggelaten", "sticker weggelaten", "document weggelaten",
    "contactkaart weggelaten", "pominięto multimedia", "pliki pominięto", "multimedia pominięto",
    "obraz pominięty", "wideo pominięte", "ficheiro não revelado", "mídia omitida",
    "arquivo de mídia oculto", "imagem ocultada", "imagem omitida", "vídeo ocultado",
    "áudio ocultado", "áudio omitido", "figurinha omitida", "figurinha ocultada", "documento ocultado",
    "cartão do contato omitido", "conținut media omis", "без медиафайлов", "файл пропущен",
    "изображение отсутствует", "видео отсутствует", "аудиофайл отсутствует", "стикер отсутствует",
    "médiá vynechané", "datoteke izpuščene", "medij izpuščen", "media u hoq", "media hequr",
    "медији су изостављени", "media utelämnat", "media har utelämnats", "bild utelämnad", "video utelämnad",
    "billede udeladt", "video udeladt", "media hazijajumuishwa", "media imerukwa",
    "கோப்புகள் விடப்பட்டன", "மீடியா விடப்பட்டது", "మీడియా విస్మరించబడింది", "ไฟล์สื่อถูกลบ", "สื่อถูกลบ",
    "inalis ang media", "walang kalakip na media", "medya dahil edilmedi", "medya atlanmış",
    "görüntü dahil edilmedi", "video dahil edilmedi", "ses dahil edilmedi", "çıkartma dahil edilmedi",
    "belge dahil edilmedi", "gif dahil edilmedi", "медіа пропущено", "файл пропущено", "میڈیا چھوڑ دیا گیا",
    "میڈیا ہٹا دیا گیا", "fayl o‘tkazib yuborildi", "bỏ qua tệp phương tiện", "bỏ qua media",
    "忽略多媒體檔", "省略多媒体文件", "略过多媒体文件", "已忽略圖片", "图像已忽略", "視訊已忽略", "image fichier omis",
    "view once message omitted", "view once voice message omitted", "contact omitted", "null",
})  # fmt: skip

OMITTED_STEMS = (
    "omitted", "weggelassen", "ausgelassen", "ausgeschlossen", "omitid", "omess", "omis", "absente",
    "manquant", "retiré", "esclus", "non inclus", "ocultad", "oculto", "weggelat", "pominięt", "dahil edilmedi",
    "отсутствует", "пропущен", "utelämn", "udelad", "utelatt", "jätettiin pois", "jätetty pois", "vynech",
    "elhagyva", "izostavljen", "生略", "省略", "忽略", "略过", "생략", "含まれていません", "استبعاد", "הושמט", "disertakan",
)  # fmt: skip

ATTACHED = (
    "attached", "file attached", "angehängt", "datei angehängt", "anhang", "adjunto", "archivo adjunto",
    "pièce jointe", "fichier joint", "allegato", "file allegato", "anexado", "arquivo anexado",
    "ficheiro anexado", "anexo", "bijgevoegd", "bestand bijgevoegd", "bijlage", "załączono", "załącznik",
    "plik dołączony", "plik załączony", "dosya ekli", "eklendi", "ekli", "файл добавлен", "прикреплено",
    "прикреплён", "вложение", "bifogad", "bifogad fil", "fil bifogad", "vedhæftet", "fil vedhæftet",
    "vedlagt", "fil vedlagt", "liitetty", "tiedosto liitetty", "liite", "přiloženo", "soubor přiložen",
    "csatolva", "fájl csatolva", "fișier atașat", "ملف مرفق", "مرفق", "קובץ מצורף", "מצורף", "添付ファイル",
    "ファイル添付", "文件附件", "已附加", "檔案已附加", "파일 첨부됨", "첨부", "फ़ाइल संलग्न", "file terlampir",
    "terlampir", "tệp đính kèm", "đính kèm", "fitxer adjunt", "privitak", "datoteka v priponki",
)  # fmt: skip

DELETED = frozenset({
    "this message was deleted", "you deleted this message", "this message was deleted by an admin",
    "you deleted this message as an admin", "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht", "se eliminó este mensaje", "este mensaje fue eliminado",
    "eliminaste este mensaje", "has eliminado este mensaje", "ce message a été supprimé",
    "vous avez supprimé ce message", "questo messaggio è stato eliminato", "hai eliminato questo messaggio",
    "mensagem apagada", "esta mensagem foi apagada", "você apagou esta mensagem",
    "eliminou esta mensagem", "esta mensagem foi eliminada", "dit bericht is verwijderd",
    "dit bericht werd verwijderd", "je hebt dit bericht verwijderd", "u hebt dit bericht verwijderd",
    "ta wiadomość została usunięta", "usunięto tę wiadomość", "usunąłeś tę wiadomość",
    "bu mesaj silindi", "bu mesajı sildiniz", "данное сообщение удалено", "сообщение удалено",
    "вы удалили данное сообщение", "вы удалили это сообщение", "det här meddelandet raderades",
    "du raderade det här meddelandet", "denne besked blev slettet", "du slettede denne besked",
    "denne meldingen ble slettet", "du slettet denne meldingen", "tämä viesti poistettiin",
    "poistit tämän viestin", "tato zpráva byla odstraněna", "ez az üzenet törölve lett",
    "acest mesaj a fost șters", "ai șters acest mesaj", "تم حذف هذه الرسالة", "حذفت هذه الرسالة",
    "لقد حذفت هذه الرسالة", "הודעה זו נמחקה", "מחקת הודעה זו", "このメッセージは削除されました",
    "このメッセージを削除しました", "此消息已删除", "您删除了这条消息", "此訊息已刪除", "您已刪除此訊息",
    "삭제된 메시지입니다", "यह मैसेज हटा दिया गया", "आपने यह मैसेज हटाया", "pesan ini telah dihapus",
    "anda menghapus pesan ini", "tin nhắn này đã bị xóa", "aquest missatge s'ha suprimit",
    "s'ha suprimit aquest missatge",
})  # fmt: skip

EDITED = (
    "<this message was edited>", "<diese nachricht wurde bearbeitet.>", "<diese nachricht wurde bearbeitet>",
    "<se editó este mensaje>", "<se editó este mensaje.>", "<este mensaje se editó>", "<ce message a été modifié>",
    "<questo messaggio è stato modificato>", "<mensagem editada>", "<esta mensagem foi editada>",
    "<dit bericht is bewerkt>", "<dit bericht is aangepast>", "<ta wiadomość została edytowana>",
    "<wiadomość edytowana>", "<bu mesaj düzenlendi>", "<сообщение изменено>", "<данное сообщение изменено>",
    "<det här meddelandet redigerades>", "<denne besked blev redigeret>", "<denne meldingen ble redigert>",
    "<tätä viestiä on muokattu>", "<viestiä muokattiin>", "<تم تعديل هذه الرسالة>", "<このメッセージは編集されました>",
    "<此消息已编辑>", "<此訊息已編輯>", "<यह मैसेज एडिट किया गया>", "<pesan ini diedit>",
)  # fmt: skip

MISSED = (
    "missed voice call", "missed video call", "missed group voice call", "missed group video call",
    "missed call", "verpasster sprachanruf", "verpasster videoanruf", "verpasster gruppensprachanruf",
    "verpasster gruppenvideoanruf", "llamada perdida", "llamada de voz perdida", "videollamada perdida",
    "llamada grupal perdida", "appel vocal manqué", "appel vidéo manqué", "appel manqué",
    "chiamata vocale persa", "videochiamata persa", "chiamata persa", "chamada de voz perdida",
    "chamada de vídeo perdida", "ligação de voz perdida", "ligação de vídeo perdida", "gemiste spraakoproep",
    "gemiste video-oproep", "gemiste oproep", "nieodebrane połączenie głosowe", "nieodebrane połączenie wideo",
    "nieodebrane połączenie", "cevapsız sesli arama", "cevapsız görüntülü arama", "cevapsız arama",
    "пропущенный аудиозвонок", "пропущенный видеозвонок", "пропущенный звонок", "missat röstsamtal",
    "missat videosamtal", "ubesvaret taleopkald", "ubesvaret videoopkald", "ubesvart taleanrop",
    "ubesvart videoanrop", "vastaamaton äänipuhelu", "vastaamaton videopuhelu", "مكالمة صوتية فائتة",
    "مكالمة فيديو فائتة", "不在着信", "未接语音通话", "未接视频通话", "未接語音來電", "未接視訊來電", "부재중 음성통화",
    "부재중 영상통화", "मिस्ड वॉइस कॉल", "मिस्ड वीडियो कॉल", "panggilan suara tak terjawab",
    "panggilan video tak terjawab", "silenced voice call", "silenced video call",
)  # fmt: skip
CALLS = (
    "voice call", "video call", "group voice call", "group video call", "group call", "sprachanruf",
    "videoanruf", "llamada de voz", "videollamada", "appel vocal", "appel vidéo", "chiamata vocale",
    "videochiamata", "chamada de voz", "chamada de vídeo", "ligação de voz", "ligação de vídeo",
    "spraakoproep", "video-oproep", "połączenie głosowe", "połączenie wideo", "sesli arama",
    "görüntülü arama", "аудиозвонок", "видеозвонок", "röstsamtal", "videosamtal", "taleopkald",
    "videoopkald", "äänipuhelu", "videopuhelu", "started a call", "started a video call",
)  # fmt: skip

POLLS = ("poll", "umfrage", "encuesta", "sondage", "sondaggio", "enquete", "sondagem", "peiling", "ankieta", "anket", "опрос", "omröstning", "afstemning", "kysely", "投票", "अंकेक्षण", "jajak pendapat")  # fmt: skip
LIVE_LOCATION = frozenset({"live location shared", "live-standort geteilt", "live-standort wird geteilt", "ubicación en tiempo real compartida", "localisation en direct partagée", "posizione in tempo reale condivisa", "localização em tempo real compartilhada", "live locatie gedeeld"})  # fmt: skip
VIEW_ONCE = ("view once", "einmalansicht", "einmal ansehen", "ver una vez", "visualización única", "vue unique", "visualizza una volta", "visualização única", "eenmalig bekijken")  # fmt: skip
WAITING = ("waiting for this message", "warte auf diese nachricht", "esperando este mensaje", "en attente de ce message", "in attesa del messaggio", "aguardando esta mensagem", "wachten op dit bericht")  # fmt: skip

NOTICES = (
    "whatsapp", "end-to-end", "ende-zu-ende", "extremo a extremo", "bout en bout", "ponta a ponta",
    "created group", "created this group", "created the group", "changed the subject", "changed this group",
    "changed the group", "changed their phone number", "changed to +", "security code", "disappearing messages",
    " added ", " removed ", " left", "joined using", "you're now an admin", "pinned a message",
    "blocked this contact", "unblocked this contact", "turned on", "turned off", "is a contact",
    "gruppe erstellt", "hat die gruppe", "hinzugefügt", "verlassen", "sicherheitsnummer", "betreff",
    "creó el grupo", "añadió", "cambió", "salió", "código de seguridad", "a créé le groupe", "a ajouté",
    "a quitté", "a modifié", "code de sécurité", "ha creato il gruppo", "ha aggiunto", "ha abbandonato",
    "ha cambiato", "codice di sicurezza", "criou o grupo", "adicionou", "saiu", "mudou", "código de segurança",
    "groep gemaakt", "toegevoegd", "heeft de groep", "beveiligingscode", "utworzył", "dodał", "opuścił",
    "grubu oluşturdu", "ekledi", "ayrıldı", "güvenlik kodu", "создал", "добавил", "вышел", "покинул",
)  # fmt: skip
"""Parts of notices that the app writes itself; used only where a line is not clearly a message."""
