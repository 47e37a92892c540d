"""Labels that look like those of an invoice's or a receipt's fields and mean something else.

Whatever a schema asks for, ``Order date`` is no ``Date``. A schema that has one of these as a label of its own gets it.
"""

DISTRACTORS = (
    # dates
    *("order date", "delivery date", "ship date", "shipping date", "date of supply", "date of delivery", "service date"),
    *("po date", "payment date", "paid on", "date of birth", "period", "billing period", "valid until", "expiry date"),
    *("check in", "check out", "print date", "printed on", "start date", "end date", "statement date", "tax point"),
    *("lieferdatum", "liefer- und leistungsdatum", "leistungsdatum", "bestelldatum", "leistungszeitraum"),
    *("auftragsdatum", "druckdatum", "abrechnungszeitraum", "lieferschein vom", "bestellung vom", "auftrag vom"),
    *("date de livraison", "date de commande", "date d'impression", "date de prestation", "période", "orderdatum"),
    *("leverdatum", "besteldatum", "订单日期", "交货日期", "发货日期", "打印日期", "下单日期", "送货日期"),
    # numbers
    *("order number", "order no", "order id", "order nr", "purchase order", "purchase order no", "po number", "po no"),
    *("po", "customer number", "customer no", "customer id", "client id", "client no", "account number", "account no"),
    *("account", "reference", "reference no", "reference number", "ref", "ref no", "our reference", "your reference"),
    *("member", "member no", "card no", "card number", "phone", "tel", "telephone", "fax", "mobile", "hotline", "email"),
    *("iban", "bic", "swift", "bank account", "sort code", "routing number", "company no", "company registration no"),
    *("co reg no", "reg no", "roc no", "registration number", "serial no", "serial number", "batch no", "terminal id"),
    *("terminal", "approval code", "auth code", "table", "table no", "pos no", "counter", "till", "cashier", "staff"),
    *("delivery note", "delivery note no", "shipment no", "tracking no", "contract no", "project no", "job no"),
    *("article no", "item no", "item code", "product code", "sku", "barcode", "code", "page", "pages", "cin", "ifsc code"),
    *("pan", "pan no", "fsn", "wid", "booking id", "mandate", "payment reference", "bestellnummer", "bestell-nr"),
    *("bestellung", "auftragsnummer", "auftrags-nr", "auftrag", "kundennummer", "kunden-nr", "kundennr", "kd-nr"),
    *("lieferschein", "lieferscheinnummer", "lieferschein-nr", "artikelnummer", "art-nr", "artikel-nr", "projektnummer"),
    *("vertragsnummer", "kontonummer", "konto", "blz", "telefon", "handelsregister", "handelsregisternummer", "hrb"),
    *("seite", "pos", "position", "globale nummer", "referenz", "ihr zeichen", "unser zeichen", "sachbearbeiter", "gln"),
    *("numéro client", "n° client", "id client", "code client", "n° de commande", "numéro de commande", "commande"),
    *("commande n°", "bon de livraison", "n° de compte", "téléphone", "siret", "siren", "rcs", "numéro de ligne"),
    *("référence", "klantnummer", "ordernummer", "kvk", "订单号", "订单编号", "合同编号", "合同号", "客户编号"),
    *("电话", "传真", "账号", "开户行及账号", "开户行及帐号", "地址、电话", "单号", "会员号", "卡号"),
    # amounts
    *("cash", "change", "change due", "tendered", "amount tendered", "cash received", "paid", "amount paid", "received"),
    *("paid amount", "visa", "mastercard", "master card", "credit card", "debit card", "card", "payment", "voucher"),
    *("total qty", "total quantity", "total item", "total items", "no of items", "item count", "total discount"),
    *("total savings", "total saving", "you saved", "discount", "rounding", "rounding adjustment", "rounding adj"),
    *("round adj", "service charge", "deposit", "points", "total points", "tips", "shipping", "shipping cost", "freight"),
    *("prepaid", "prepaid amount", "advance payment", "credits", "surcharge", "gst summary", "tax summary"),
    *("bar", "gegeben", "rückgeld", "rabatt", "skonto", "versandkosten", "anzahlung", "erhaltene anzahlungen"),
    *("gesamtbetrag der zuschläge", "gesamtbetrag der abschläge", "summe zuschläge", "summe abschläge", "rundung"),
    *("positionssumme", "basisbetrag", "zuschlag", "abschlag", "fremdwährung", "wechselkurs"),
    *("remise", "acompte", "acomptes", "espèces", "rendu", "frais de port", "arrondi", "escompte", "déjà payé"),
    *("现金", "找零", "折扣", "优惠", "运费", "已付", "数量合计", "舍入"),
    # parties
    *("ship to", "deliver to", "delivery address", "shipping address", "lieferadresse", "lieferanschrift"),
    *("warenempfänger", "abweichender warenempfänger", "adresse de livraison", "livré à", "收货人", "收货地址", "送货地址"),
    *("payee", "payment terms", "terms", "zahlungsbedingungen", "conditions de paiement", "notes", "remark", "remarks"),
    *("attn", "attention", "contact", "ansprechpartner", "备注", "联系人", "复核", "收款人", "开票人"),
)
