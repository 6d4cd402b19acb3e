"""Invented names per culture, so that the demo's people read like the neighbours of its companies.

Kept: the awkward cases a real customer list has: prefixes ("van der"), two surnames, apostrophes, hyphens,
letters beyond ASCII and very long names. What must never happen here:
a name copied from a real list of people.
"""

from typing import Final, NamedTuple


class Pool(NamedTuple):
    """First and last names of one culture."""

    first: tuple[str, ...]
    last: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", " ").split(",") if name.strip())


POOLS: Final[dict[str, Pool]] = {
    "nl": Pool(
        _names(
            """
            Marijke, Joost, Sanne, Bram, Femke, Daan, Lotte, Thijs, Anouk, Ruben, Noor, Jeroen,
            Maaike, Sjoerd, Fleur, Wouter, Ilse, Pieter, Carlijn, Niels, Hanneke, Gijs, Roos,
            Maarten, Eline, Koen, Willemijn, Stijn, Marloes, Teun, Saskia, Bas, Tess, Jelle,
            Nynke, Floris, Annemarie, Sem, Jacqueline, Rutger, Geertje, Mees, Imke, Hidde,
            Renée, Loïs
            """
        ),
        _names(
            """
            Verhoeven, de Jong, van der Meer, Bakker, van den Berg, Visser, Hoekstra, Dijkstra,
            van Dijk, Smits, Kuipers, van der Heijden, Postma, de Graaf, Willemsen, 't Hart,
            Brouwer, van Leeuwen, Sikkema, Scholten, in 't Veld, Jansen, van der Horst-Bruinsma,
            Mulder, de Vries, Hendriks, van 't Hof, Peeters, Terpstra, Vos, Zijlstra, Huisman,
            Koning, van Wijngaarden, Timmer, de Bruijn, Schipper, Wolters, Kok, van Rossum,
            Prins, Blom, Molenaar, op den Kamp, Rietveld, Groeneveld, van der Linden, Dekker,
            Veenstra, Ruijter, Boersma, de Wit, van Schaik, Kramer, Ooms
            """
        ),
    ),
    "be": Pool(
        _names(
            """
            Lien, Jef, Amélie, Wout, Elke, Benoît, Griet, Lucas, Céline, Tom, Veerle, Quentin,
            Sofie, Maxime, Katrien, Bart, Charlotte, Dries, Aurélie, Pieter-Jan, Nathalie, Stef,
            Margaux, Senne, Hilde, Thibault, An, Cédric, Joke, Loïc
            """
        ),
        _names(
            """
            Peeters, Dubois, Vandenberghe, Lambert, De Smet, Claes, Van den Broeck, Leclercq,
            Wouters, D'Hondt, Maes, Delvigne, Vermeulen, Thiry, De Clercq, Collignon, Goossens,
            Van Damme, Renard, D'Haene, Jacobs, Gilson, Verstraete, Lemmens, Nys, Mertens,
            Bodart, Van Overstraeten, Aerts, Depré, Hermans, Wauters
            """
        ),
    ),
    "de": Pool(
        _names(
            """
            Jürgen, Anke, Lukas, Friederike, Matthias, Sabine, Jonas, Käthe, Florian, Ulrike,
            Sebastian, Heike, Björn, Miriam, Tobias, Svenja, Karl-Heinz, Annika, Moritz, Birgit,
            Philipp, Jana, Götz, Lena, Rüdiger, Franziska, Benedikt, Silke, Niklas, Petra,
            Hannes, Carolin, Wolfgang, Mareike, Jörg, Theresa, Emil, Gudrun, Fabian, Charlotte,
            Henning, Nele
            """
        ),
        _names(
            """
            Müller, Weiß, Schneider, Brinkmann, Hölzel, Krüger, Lindner, Schäfer, Oberhuber,
            Köhler, von der Heide, Vogt, Jäger, Steinbach, Freudenberger, Groß, Schröder,
            Bauernfeind, Kaiser, Lüdtke, Winterfeldt, Maurer, Strauß, Zimmermann, Hofstätter,
            Böhm, Graf, Neumann-Ebert, Wiesinger, Franke, Pohl, Ziegler, Thoma, Reinhardt,
            Klöckner, Busch, Meißner, Schwarzenbacher, Heller, Dörfler, Ruprecht,
            Leutheusser-Wagenknecht, Seidel, Kühn, Lang, Otte, Rauch, Voß
            """
        ),
    ),
    "fr": Pool(
        _names(
            """
            Hélène, Julien, Camille, Étienne, Maëlle, Antoine, Zoé, François, Élodie,
            Jean-Baptiste, Manon, Mathieu, Inès, Gaël, Sophie, Rémi, Anaïs, Laurent, Léa,
            Aurélien, Béatrice, Noël, Clémence, Yann, Florence, Loïc, Marie-Christine, Théo,
            Agathe, Grégoire, Delphine, Romain, Sandrine, Hugo, Solène, Pascal, Eugénie,
            Baptiste, Nadège, Cyril
            """
        ),
        _names(
            """
            Garnier, Lefèvre, Moreau, d'Aubigny, Roux, Le Goff, Bertrand, Mercier, Chevalier,
            Fontaine, L'Hermite, Blanchard, Gauthier, Perrin, Dumont-Rousseau, Morvan, Caron,
            Lacroix, Renaud, de La Tour, Fournier, Besançon, Picard, Guérin, Delaunay, Rivière,
            Marchand, Le Quéré, Boulanger, Pélissier, Charpentier, Vasseur, Ménard, Cordier,
            Prévost, Joly, Barbier, Noël, Trémoulet, Hamon, Giraud, Valentin, Colin, Leblanc
            """
        ),
    ),
    "en": Pool(
        _names(
            """
            Oliver, Siobhan, Harriet, Callum, Priya, Alasdair, Freya, Rhys, Imogen, Declan,
            Charlotte, Aidan, Nia, Gareth, Eleanor, Rory, Beatrice, Tom, Aoife, Duncan,
            Philippa, Owen, Maeve, George, Catriona, Ben, Orla, Simon, Zara, Niall, Rosalind,
            Ewan, Megan, Finlay, Gemma, Patrick, Isla, Desmond, Tamsin, Hugh, Sinéad, Ciarán,
            Mary-Jane, Theo
            """
        ),
        _names(
            """
            Whitfield, O'Sullivan, Hargreaves, MacLeod, Penrose, Finch, O'Brien, Llewellyn,
            Ashworth, Fraser, Pemberton, Doyle, Carrington-Bell, Sutcliffe, McAllister,
            Lockwood, Byrne, Featherstonehaugh, Trelawney, Hughes, D'Arcy, Kirkwood, Sharma,
            Nightingale, Ó Dálaigh, Barrowclough, Ellison, Griffiths, Walsh, St. John, Marsh,
            Thackeray, Rowntree, Kavanagh, Dunne, Halloran, Prescott, Osei, Crawshaw, Blythe,
            Merriweather, Stokes, Cholmondeley-Hughes, Reid
            """
        ),
    ),
    "es": Pool(
        _names(
            """
            Ana, Javier, Lucía, Íñigo, Carmen, Álvaro, Begoña, Jesús, Nuria, Andrés, Inés,
            Joaquín, Montserrat, Óscar, Rocío, Sergio, Marta, Ángel, Pilar, Hugo, Belén,
            Gonzalo, María José, Rubén, Elena, Iván, Concepción, Raúl, Sofía, José Luis, Irene,
            Tomás, Leire, Ramón, Aitana, Manuel, Verónica, Xoán
            """
        ),
        _names(
            """
            García Robledo, Fernández, Muñoz Cuesta, Ibáñez, de la Fuente, Peña Ortega,
            Martínez, Núñez, López de Haro, Castaño, Ruiz, Gutiérrez Solana, Vázquez, del Río,
            Álvarez-Cienfuegos, Romero, Iglesias, Sáenz, Moreno Benítez, Calderón, Ferrer,
            Etxeberria, Domínguez, Navarro Lara, Prieto, Crespo, Hernández y Valcárcel, Serrano,
            Pardo, Quiñones, Blasco, Sánchez Peral, Otero, Vidal, Méndez, Arribas
            """
        ),
    ),
    "pl": Pool(
        _names(
            """
            Agnieszka, Paweł, Małgorzata, Łukasz, Zofia, Krzysztof, Joanna, Michał, Grażyna,
            Wojciech, Katarzyna, Stanisław, Ewa, Tomasz, Magdalena, Przemysław, Elżbieta,
            Marcin, Dorota, Bartłomiej, Natalia, Jędrzej, Bożena, Kamil, Aleksandra, Sławomir,
            Weronika, Rafał, Justyna, Zbigniew, Oliwia, Maciej
            """
        ),
        _names(
            """
            Nowak, Kowalczyk, Wójcik, Woźniak, Krawczyk, Pająk, Król, Sikora, Baran, Gołąb,
            Sroka, Ćwik, Mazurek, Śliwa, Brzęczyszczykiewicz, Zając, Wróbel, Dudek, Stępień,
            Pawlak, Górka, Wilk, Lis, Kruk-Żak, Bąk, Mączka, Grzyb, Kaczmarek, Szymczak,
            Ławniczak, Źrebiec, Gajda, Duda-Gracz, Cieślak, Marzec, Tomczyk
            """
        ),
    ),
    "it": Pool(
        _names(
            """
            Giulia, Niccolò, Chiara, Matteo, Alessandra, Davide, Federica, Lorenzo, Noemi,
            Pierluigi, Beatrice, Simone, Ludovica, Gabriele, Marta, Tommaso, Ilaria, Emanuele
            """
        ),
        _names(
            """
            Belmonte, D'Angelo, Ferrari, De Luca, Santoro, Dell'Orto, Marchetti, Conti, Lo
            Presti, Gallo, Fabbri, Rinaldi, Pellegrini, Degli Esposti, Villa, Bernardi, Caruso,
            Morandi
            """
        ),
    ),
    "da": Pool(
        _names(
            """
            Søren, Mette, Jørgen, Astrid, Rasmus, Kirsten, Åse, Frederik, Signe, Anders, Ida,
            Bjarne, Line, Mikkel, Tove, Emil, Karen-Margrethe, Nikolaj
            """
        ),
        _names(
            """
            Jørgensen, Holm, Sørensen, Kjær, Nygaard, Østergaard, Lund, Mølgaard, Thygesen, Bæk,
            Rønne, Dahl-Nielsen, Skov, Aagaard, Krogh, Bruun, Vestergaard, Frost
            """
        ),
    ),
    "far": Pool(  # people who moved: every large company has them
        _names(
            """
            Yusuf, Fatima, Nguyễn, Oksana, Mehmet, Aïcha, Dragan, Lin, Amara, Ioana, Kwame,
            Şebnem, Hassan, Ljubica, Rania, Ștefan, Noor, Jiří, Mónika, Emre, Salma, Andrej,
            Thảo, Zsófia
            """
        ),
        _names(
            """
            El Amrani, Yılmaz, Trần, Kovalenko, Öztürk, Benali, Petrović, Chen, Mensah, Popescu,
            Diallo, Çelik, Al-Khatib, Đorđević, Haddad, Ionescu, Novotný, Szabó, Nkrumah-Appiah,
            Bouzid, Lê, Horváth, Sow, Ben Youssef
            """
        ),
    ),
}
