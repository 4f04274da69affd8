package browser

import (
	"context"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// call sends a command to the tab.
func call[P, R any](t *Tab, what string, command cdp.Command[P, R], parameters P) R {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, parameters)
	t.must(what, err)
	return answer
}

// WithoutScripts turns the scripts of pages off, as the user's setting does.
func (t *Tab) WithoutScripts() {
	t.Helper()
	call(t, "turn scripts off", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Theme sets what the user prefers: "light" or "dark".
func (t *Tab) Theme(name string) {
	t.Helper()
	t.prefer("prefers-color-scheme", name)
}

// ReduceMotion says that the user wants nothing to move.
func (t *Tab) ReduceMotion() {
	t.Helper()
	t.prefer("prefers-reduced-motion", "reduce")
}

// prefer tells the browser all preferences again, for it keeps none of before.
func (t *Tab) prefer(name, value string) {
	t.Helper()
	t.media[name] = value
	var features []*emulation.MediaFeature
	for name, value := range t.media {
		features = append(features, &emulation.MediaFeature{Name: name, Value: value})
	}
	call(t, "prefer "+value, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// Resize gives the page so much room, in CSS pixels.
func (t *Tab) Resize(width, height int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	t.must("resize the tab", chromedp.Do(ctx, chromedp.EmulateViewport(width, height)))
}

// Hide has the page be hidden, as when the user looks at another tab, and Show has it be seen again: it gets the event
// visibilitychange and document.visibilityState changes. Without a window Chromium takes all tabs for visible, also those behind
// another one of the same window, so Page.bringToFront and Target.activateTarget change nothing. A window that is
// minimized hides its page; each tab here has a window of its own. (Page.setWebLifecycleState "frozen" hides a page as
// well, but "active" does not show it again.)
func (t *Tab) Hide() {
	t.Helper()
	t.window(browser.WindowStateMinimized, "hidden")
}

// Show undoes Hide.
func (t *Tab) Show() {
	t.Helper()
	t.window(browser.WindowStateNormal, "visible")
}

func (t *Tab) window(state browser.WindowState, visibility string) {
	t.Helper()
	of := call(t, "find the window", browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
	call(t, "make the window "+string(state), browser.SetWindowBounds, browser.SetWindowBoundsParams{
		WindowID: of.WindowID, Bounds: &browser.Bounds{WindowState: state},
	})
	t.Until("the page is "+visibility, `document.visibilityState === `+Quote(visibility))
}

// Picture is what the tab shows of the page, as a PNG.
func (t *Tab) Picture() []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	t.must("take a picture", err)
	return picture
}
