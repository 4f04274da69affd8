package consoletest

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestAwayAndBack ends the emulator under a page and starts it again: the page says that it is away, and then shows what is
// new.
func TestAwayAndBack(t *testing.T) {
	const silent = `!document.getElementById("connection").checkVisibility()`
	options := emulator.Options{DataDir: t.TempDir(), OnExit: emulator.Remove}
	s := start(t, options)
	tab := s.tab("")
	tab.Until("nothing is said of the connection", silent)
	tab.Expect(`ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET`)
	s.must(s.Close())
	tab.UntilText("The emulator does not answer since")
	options.Listen = strings.TrimPrefix(s.URL(), "http://")
	back := start(t, options)
	back.createCluster("of-the-second-run")
	tab.UntilText("of-the-second-run")
	tab.UntilText("The emulator is back.")
	tab.Until("nothing is said of the connection", silent)
	s.onePageLoad(tab)
}

// TestAThingThatIsNotThere has a page wait for a thing that comes later. The stream of the page is refused with 404 until then,
// which is an answer: nothing is said of an emulator that is away.
func TestAThingThatIsNotThere(t *testing.T) {
	s := start(t)
	tab := s.tab("")
	tab.Expect("status of 404|MIME type")
	tab.Go(s.url("/clusters/later"))
	tab.UntilText("there is no cluster later")
	browser.Value[bool](tab, `(() => {
		window.said = [];
		const connection = document.getElementById("connection");
		new MutationObserver(() => said.push(connection.textContent)).observe(connection, { childList: true });
		return true;
	})()`)
	tab.Until("the stream is asked for twice", `performance.getEntriesByType("resource").filter((r) => r.initiatorType === "fetch").length >= 2`)
	s.createCluster("later")
	tab.UntilText("Services: 0 ACTIVE")
	if said := browser.Value[[]string](tab, "said"); len(said) > 0 {
		t.Errorf("the page says %q", said)
	}
}

// TestEachRowIsShown has two rows of a list have the same id: service c of cluster a-b, and service b-c of cluster a.
func TestEachRowIsShown(t *testing.T) {
	s := start(t)
	s.createCluster("one")
	tab := s.tab("")
	tab.UntilFragment()
	if shown := browser.Value[string](tab, `(() => {
		document.getElementById("summary").innerHTML = '<b id="x">1</b><b id="x">2</b>';
		put('<p id="summary"><b id="x">3</b><b id="x">4</b><b id="x">5</b></p>');
		return document.getElementById("summary").textContent;
	})()`); shown != "345" {
		t.Errorf("shown are the rows %s", shown)
	}
}
