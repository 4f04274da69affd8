package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// mostStops bounds how often Tab is pressed to reach something.
const mostStops = 250

// Press presses keys, one after the other: kb.Tab, kb.Enter, or letters.
func (t *Tab) Press(keys string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.must(fmt.Sprintf("press %q", keys), chromedp.Do(ctx, chromedp.KeyEvent(keys)))
}

// TabTo presses Tab until what a selector selects has the focus.
func (t *Tab) TabTo(selector string) {
	t.Helper()
	for range mostStops {
		t.Press(kb.Tab)
		if Value[bool](t, `Boolean(document.activeElement) && document.activeElement.matches(`+Quote(selector)+`)`) {
			return
		}
	}
	t.Fatalf("Tab does not lead to %s on %s:\n%s", selector, t.Path(), t.Text())
}

// Fill replaces what is in the field that has the focus.
func (t *Tab) Fill(text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.must("select what is in the field", chromedp.Do(ctx, chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))))
	t.Press(text)
}

// Click clicks the first element that a selector selects, by its middle.
func (t *Tab) Click(selector string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.must("click "+selector, chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))))
}

// Follow clicks what leads to another page, or sends a form, and waits until the next page is loaded.
func (t *Tab) Follow(selector string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	for range mostLoads {
		if err == nil || !strings.Contains(err.Error(), networkChanged) {
			break
		}
		err = t.again()
	}
	t.must("follow "+selector, err)
}
