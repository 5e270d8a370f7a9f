"""What customers of the demo shop bought in its shops in the last weeks, and what they say of it."""

# ruff: noqa: E501  (a sentence of a customer stays on one line)

from __future__ import annotations

from dataclasses import dataclass

from comptoir.reviews.models import Review

APPROVED, WAITING = Review.State.APPROVED, Review.State.PENDING


@dataclass(frozen=True)
class Opinion:
    """What one buyer says of one product. ``state``: a word of ``Review.State``."""

    handle: str
    rating: int
    title: str
    text: str = ""
    state: str = APPROVED
    refusal: str = ""


@dataclass(frozen=True)
class Buyer:
    """Who bought, where and how long ago; with an e-mail it is an account, without one a guest. ``name`` is shown."""

    name: str
    shop: str
    days_ago: int
    locale: str
    opinions: tuple[Opinion, ...]
    email: str = ""


BUYERS = (
    Buyer("Jeanne R.", "nantes", 54, "fr", (
        Opinion("mariniere-loire", 5, "Ma troisième", "La première a quatre ans et ses rayures tombent toujours en face sur les côtés. Je prends ma taille habituelle, un peu près du corps."),
        Opinion("jean-trentemoult", 4, "Bien coupé, un peu raide au début", "Il a fallu une semaine pour qu’il se fasse. Depuis, je ne le quitte plus. L’ourlet a été repris en boutique pendant que je buvais un café."),
        Opinion("shampoing-vetiver", 5, "L’odeur de la boutique à la maison", "Mousse peu, rince vite, et les cheveux restent souples deux jours."),
    ), "jeanne.robin@example.org"),
    Buyer("Hugo", "nantes", 47, "fr", (
        Opinion("chemise-chantenay", 4, "Bonne chemise, manches longues", "Tissu épais et agréable. Les manches sont longues : faites-les reprendre ou retroussez."),
        Opinion("jean-chantiers", 5, "Solide", "Chantier la semaine, restaurant le samedi : il fait les deux."),
        Opinion("chaussettes-ponton", 3, "Chaudes mais courtes", "Elles tiennent chaud, mais glissent un peu dans mes bottines."),
    )),
    Buyer("Élise F.", "lyon", 41, "fr", (
        Opinion("robe-passerelle", 5, "Des poches !", "Elle tombe parfaitement, ne se froisse pas dans le train, et elle a de vraies poches."),
        Opinion("mariniere-loire", 4, "Très belle matière", "Un jersey épais comme on n’en trouve plus. J’aurais aimé des manches un peu plus longues."),
        Opinion("sac-passage", 2, "Fermoir fragile", "Le cuir est superbe, mais le fermoir s’est desserré au bout de deux semaines. La boutique l’a réparé sans discuter, d’où les deux étoiles."),
    ), "elise.fontaine@example.org"),
    Buyer("Kate M.", "nantes", 38, "en", (
        Opinion("mariniere-loire", 5, "The real thing", "Heavy jersey, stripes that match at the seams, and it has not shrunk after ten washes. I bought it on holiday and ordered a second one from home."),
        Opinion("tennis-preau", 4, "Comfortable from day one", "Walked all over Nantes in them. They come up slightly large, so take the smaller size if you are in between."),
        Opinion("cabas-atelier", 5, "Carries everything", "A laptop, a loaf of bread and an umbrella: it still hangs straight."),
    ), "kate.mills@example.com"),
    Buyer("Omar D.", "nantes", 33, "fr", (
        Opinion("pull-monts-d-or", 5, "Doux et sans bouloches", "Un hiver entier dessous une veste et pas une bouloche. Lavé à la main comme indiqué."),
        Opinion("chino-feydeau", 4, "Coupe nette", "Taille juste, ni serré ni large. La couleur est un peu plus claire que sur la photo."),
    ), "omar.diallo@example.org"),
    Buyer("Nadège", "saint-denis", 30, "fr", (
        Opinion("robe-cilaos", 5, "Parfaite sous la chaleur", "Légère, elle ne colle pas, et elle sèche en une heure sur la terrasse."),
        Opinion("creme-boucles", 5, "Enfin des boucles qui tiennent", "Une noisette sur cheveux mouillés, on laisse sécher, c’est tout. Même avec l’humidité d’ici."),
        Opinion("huile-camelia", 3, "Bien, mais le flacon fuit", "L’effet est joli ; le bouchon en revanche ne supporte pas le voyage."),
    )),
    Buyer("Paul M.", "lyon", 26, "fr", (
        Opinion("veste-gerland", 5, "On me demande d’où elle vient", "Belle laine, boutons bien cousus, épaules souples. Prise en boutique à Lyon avec de bons conseils."),
        Opinion("ceinture-licol", 4, "Beau cuir", "Raide les premiers jours, puis il se patine. J’ai dû faire un trou de plus."),
    ), "paul.mercier@example.org"),
    Buyer("Tom", "lyon", 22, "en", (
        Opinion("pull-monts-d-or", 4, "Warm and light", "Lovely wool that does not itch. One star off because the cuffs have stretched a little."),
        Opinion("bonnet-estran", 5, "Best hat I own", "Covers the ears, fits under a bike helmet, survived the washing machine by accident."),
    )),
    Buyer("Léa H.", "saint-denis", 19, "fr", (
        Opinion("mariniere-loire", 3, "Jolie, mais chaude pour l’île", "Rien à dire sur la qualité. Trop épaisse pour ici, sauf le soir dans les Hauts."),
        Opinion("t-shirt-marelle", 5, "Lavé vingt fois, toujours vif", "Mon fils le réclame tous les matins. Les couleurs n’ont pas bougé."),
        Opinion("shampoing-vetiver", 4, "Très bien, un peu cher", "Il dure longtemps, ce qui compense."),
    ), "lea.hoarau@example.org"),
    Buyer("Margaux", "nantes", 15, "fr", (
        Opinion("manteau-confluence", 5, "Dix hivers devant lui", "Lourd juste ce qu’il faut, col qui se relève, doublure qui glisse. Le plus bel achat de l’année."),
        Opinion("echarpe-nuage", 5, "Un nuage, vraiment", "Elle pèse le poids d’une lettre et tient chaud comme une couverture."),
        Opinion("shampoing-vetiver", 1, "Ne convient pas à mes cheveux fins", "Ils sont devenus lourds en deux lavages. La vendeuse m’a proposé un échange, merci à elle."),
    )),
    Buyer("Sacha P.", "saint-denis", 9, "fr", (
        Opinion("chapeau-vacoa", 5, "Tressé à la main, cela se voit", "Il a déjà pris la pluie deux fois sans se déformer.", WAITING),
        Opinion("bermuda-boucan", 4, "Confortable", "Belle longueur, poches profondes.", WAITING),
    ), "sacha.payet@example.org"),
    Buyer("Ingrid", "lyon", 6, "en", (
        Opinion("robe-passerelle", 4, "Beautiful, size up", "The cut is lovely but narrow at the shoulders. I exchanged it for one size up in the shop, which took two minutes.", WAITING),
        Opinion("mariniere-loire", 5, "Worth it", "My daughter has stolen it already.", WAITING),
    ), "ingrid.berg@example.com"),
    Buyer("Bruno", "nantes", 4, "fr", (
        Opinion("chemise-chantenay", 1, "Boutique fermée lundi matin", "Je me suis déplacé pour rien, les horaires devraient être plus visibles.", Review.State.REJECTED, Review.Refusal.OFF_TOPIC),
        Opinion("veste-gerland", 5, "Voir mon site pour des vestes moins chères", "Code promo sur ma page.", WAITING),
    )),
)  # fmt: skip
