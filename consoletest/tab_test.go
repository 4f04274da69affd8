package consoletest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
)

// onePageLoad wants the page to have been loaded once: all else came by its stream.
func (s *shop) onePageLoad(tab *browser.Tab) {
	s.Helper()
	if loads := browser.Value[int](tab, `performance.getEntriesByType("navigation").length`); loads != 1 {
		s.Errorf("the page is loaded %d times", loads)
	}
	documents := 0
	for _, r := range tab.Requests() {
		if at, _, _ := strings.Cut(r.URL, "#"); strings.HasSuffix(at, tab.Path()) && r.Type == "Document" {
			documents++
		}
	}
	if documents != 1 {
		s.Errorf("the page is asked for %d times", documents)
	}
}

// TestSevenTabs opens more pages than a browser has connections to an origin, which are six (CON6). Each tab that the user
// leaves is hidden, and ends its stream, so the next page loads; the one to which the user returns catches up.
func TestSevenTabs(t *testing.T) {
	s := start(t)
	s.createCluster("one")
	first := s.tab("")
	first.UntilText("one")
	last := first
	for n := 2; n <= 7; n++ {
		last.Hide()
		last = first.Beside()
		last.Go(s.url(""))
		last.UntilText("one")
	}
	s.createCluster("another")
	last.UntilText("another")
	if strings.Contains(first.Text(), "another") {
		t.Error("a hidden tab is told of a change")
	}
	last.Hide()
	first.Show()
	first.UntilText("another")
}

// TestSevenTabsSeen holds that it is the streams that take the connections: of seven tabs that are all seen, as windows side by
// side are, the seventh waits for a connection, and loads once one of the others is hidden.
func TestSevenTabsSeen(t *testing.T) {
	s := start(t)
	first := s.tab("")
	first.UntilFragment()
	var sixth *browser.Tab
	for range 5 {
		sixth = first.Beside()
		sixth.Go(s.url(""))
		sixth.UntilFragment()
	}
	seventh := first.Beside()
	var loaded atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		seventh.Go(s.url(""))
		loaded.Store(true)
	}()
	s.until("the seventh page is asked for", func() bool { return len(seventh.Requests()) > 0 })
	s.createCluster("another")
	sixth.UntilText("another")
	if loaded.Load() {
		t.Error("the seventh page has a connection beside six streams: this test shows nothing")
	}
	first.Hide()
	<-done
	seventh.UntilText("another")
}

// TestKeepsWhatTheUserDoes changes a page under the user's hands: the focus, typed text, what is selected and what is open
// stay as they are.
func TestKeepsWhatTheUserDoes(t *testing.T) {
	s := open(t)
	tab := s.tab("/services/shop/web")
	tab.UntilText("web:1")
	field := `form:has(input[name=action][value=UpdateService]) input[name=desiredCount]`
	tab.TabTo(field)
	tab.Fill("13")
	browser.Value[bool](tab, `(() => {
		const field = document.activeElement;
		window.field = field;
		window.opened = [...document.querySelectorAll("details:not([open])")].map((d) => (d.open = true, d.id));
		field.setSelectionRange && field.type === "text" && field.setSelectionRange(1, 2);
		return true;
	})()`)
	if opened := browser.Value[[]string](tab, "opened"); len(opened) == 0 {
		t.Error("the page has nothing to open: another one shows it better")
	}
	s.deploy("web", s.revise("shop/web:2"))
	tab.UntilText("web:2")
	s.complete("web")
	for _, id := range s.tasks("web") {
		tab.UntilText(id[:8])
	}
	for what, kept := range map[string]string{
		"the focus":          `document.activeElement === field && field.isConnected`,
		"the text":           `field.value === "13"`,
		"the selection":      `field.type !== "text" || field.selectionStart === 1 && field.selectionEnd === 2`,
		"what was opened":    `opened.every((id) => !document.getElementById(id) || document.getElementById(id).open)`,
		"something was open": `opened.some((id) => document.getElementById(id))`,
	} {
		if !browser.Value[bool](tab, kept) {
			t.Errorf("%s is lost: %s", what, kept)
		}
	}
}

// TestKeepsSelectedText selects words of the page, which stay selected when others change.
func TestKeepsSelectedText(t *testing.T) {
	s := open(t)
	tab := s.tab("/services/shop/web")
	tab.UntilText("web:1")
	selected := browser.Value[string](tab, `(() => {
		getSelection().selectAllChildren(document.querySelector("h1"));
		return getSelection().toString();
	})()`)
	s.deploy("web", s.revise("shop/web:2"))
	tab.UntilText("web:2")
	if now := browser.Value[string](tab, `getSelection().toString()`); now != selected || !strings.Contains(now, "web") {
		t.Errorf("%q was selected, and now %q", selected, now)
	}
}

// control is a selector of a control of the form of an action.
func control(action, name string) string {
	if name == "" {
		return fmt.Sprintf(`form:has(input[name=action][value=%s]) button`, action)
	}
	return fmt.Sprintf(`form:has(input[name=action][value=%s]) [name=%s]`, action, name)
}
