"""The letters of languages, the most frequent first: what a guess at an encoding is measured by."""

from __future__ import annotations

CYRILLIC = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оаинвітерсклудмпязьбгчйхжїцюєшщфґ",
    "Bulgarian": "аиоетнрсвлкдпмзгябуъчжцщхшюйфьѝ",
    "Serbian": "аиоенрстјувдкпмлзгчшбцжхћњљфђџѓќѕ",
}
ALONE = frozenset("аиоувксябжізєй")
"""Words of one letter in these."""
GREEK = "αοιετσνηυρπκμλςίόωδέήγάχθύφώβξζψϊϋΐΰ"
HEBREW = "יוהלארתבשמםנדחקפעכטןגסזצךףץ"
ARABIC = "اليمونرتبةعدسفهكقأحجشصىخإطزذثغضءظئآؤپچژگ"
THAI = "านรอก่เงมยลวดทสตะั้ปบหแีิค็จพไ์ขใชูืุโผำซณธศถญษภฟฉึๆฮ๊ฐฆฝฏฌฎฑฬ๋ฯฒฃฅ"
LATIN = {
    "German": "üäöß",
    "French": "éèàêçôîùâûœëïæ",
    "Spanish": "óíáñéúü",
    "Portuguese": "ãçáéíóõêúâôà",
    "Italian": "èàòéùì",
    "Swedish": "åäöé",
    "Danish": "øåæé",
    "Finnish": "äöå",
    "Icelandic": "áðíóéþúýöæ",
    "Dutch": "ëéïèöü",
    "Catalan": "àéòèíçóúïü",
    "Czech": "íáéěšřčžýůúóňťď",
    "Slovak": "áíéčžšýúťľôňďäóĺŕ",
    "Polish": "łąężćóśńź",
    "Hungarian": "áéöóőüíúű",
    "Croatian": "čšžćđ",
    "Romanian": "ăâîşţșț",
    "Turkish": "ıüşçğöâî",
    "Lithuanian": "ėųšįąžūęč",
    "Latvian": "āīēšļņūģčžķ",
    "Estonian": "äõüöšž",
}
_WESTERN = (
    "German", "French", "Spanish", "Portuguese", "Italian", "Swedish", "Danish", "Finnish", "Icelandic", "Dutch", "Catalan",
)  # fmt: skip
_CENTRAL = ("Czech", "Slovak", "Polish", "Hungarian", "Croatian", "Romanian", "German")
FAMILIES = {
    "windows-1252": _WESTERN,
    "windows-1250": _CENTRAL,
    "iso-8859-2": _CENTRAL,
    "windows-1254": ("Turkish", "German", "French"),
    "windows-1257": ("Lithuanian", "Latvian", "Estonian", "Polish"),
}
"""Which languages are written in an encoding; in those that are not here, what Western ones are."""
LATER = {"Italian": "òùì"}
"""Letters that stand at the end of a word in that language."""
FINAL = frozenset("ςםןךףץةى")
"""Letters that only stand at the end of a word."""
THAI_MARKS = frozenset("ัิีึืฺุู็่้๊๋์ํ๎")
HANZI = (
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
    "這來國個說們為時後會對裡學發過還開無經頭動兩長麼東車書點現實當樣種關門問間電話臺灣訂購貨謝"
    "氏住所佐藤鈴木高橋渡辺村林加吉市区町県府都番号横浜神奈川千葉埼玉古屋福岡北海男女名前次第確認連絡担当者部課会議資料届返信変更登録番組予定"
    "姓址省县路街号张王李赵刘陈杨黄周吴电话邮件订单客户产品单价数量金额合同公司谢您请发货付款明天尊敬联系系统信息服务管理员工"
    "陳張劉楊趙吳縣區號郵單戶產價額儘快們將謝聯絡繫務員"
    "日本語年月曜東京大阪田山川前後今何会社製品価格数量合計請求書送付"
)
"""The most usual of Chinese in both scripts, and of Japanese."""
HANGUL = frozenset(
    "이다는을를에의가하고로은지기도한사서대자인시리어나아정과해일보수그제부장전원국상주스있게들안만우동여조것라화공성구면경관무소선문방"
    "까니습세요당위비신년체법학없연계유내생회용실업행말모등발야타트물중통반며던드르김박최녕십감견적드님산울영희철점명입출"
)
"""The most usual syllables of Korean."""
PRINT = frozenset("«»„“”‘’–—…€§°©®№·•²³½¼¾µ¿¡™£±×÷ªº\u00a0‚")
"""Signs that people write beyond ASCII."""
OPENING = frozenset("«»„“‘”’–—…№·•¿¡µ\u00a0‚")
"""Those of them that a word may follow at once."""
JOINING = frozenset("’'·-–‑\u00ad\u00a0")
"""Signs that may stand between two letters."""
