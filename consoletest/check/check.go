// Package check says what a page of the console must be to everyone who reads it, whether with eyes, a screen reader, a
// keyboard, or a telephone. Each check returns the faults that it finds, so that a test shows all of a page at once:
//
//	tab.Go(url)
//	for _, fault := range check.Page(tab, "web") {
//		t.Error(fault)
//	}
//
// The rules are WCAG 2.2's, level AA, where they can be held by a program; the contrast of 4.5:1 holds for large text too.
package check

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
)

// The scripts are functions of the page, which return texts.
var (
	//go:embed structure.js
	structure string
	//go:embed contrast.js
	contrast string
	//go:embed motion.js
	motion string
	//go:embed width.js
	width string
)

// Narrow is the least width that a page must fit in without scrolling sideways: WCAG's 1.4.10.
const Narrow = 320

// Page checks what a page consists of: its title, which names the things that it shows, headings, landmarks, tables, live
// regions, and names of all controls. Its first stop by keyboard must be a link that skips to what is in it.
func Page(tab *browser.Tab, names ...string) []string {
	tab.Helper()
	faults := browser.Value[[]string](tab, structure)
	title := tab.Title()
	for _, name := range names {
		if !strings.Contains(title, name) {
			faults = append(faults, fmt.Sprintf("the title %q does not name %s", title, name))
		}
	}
	faults = append(faults, Tree(tab.Tree())...)
	return append(faults, skipLink(tab)...)
}

// Contrast checks that all text has a contrast of 4.5:1 to what is behind it.
func Contrast(tab *browser.Tab) []string {
	tab.Helper()
	return browser.Value[[]string](tab, contrast)
}

// Motion checks that nothing moves. The tab must have been told so, by ReduceMotion.
func Motion(tab *browser.Tab) []string {
	tab.Helper()
	return browser.Value[[]string](tab, motion)
}

// Width checks that the page does not scroll sideways, and says what is too wide.
func Width(tab *browser.Tab) []string {
	tab.Helper()
	return browser.Value[[]string](tab, width)
}

// skipLink presses Tab on a page where nothing has the focus.
func skipLink(tab *browser.Tab) []string {
	tab.Helper()
	browser.Value[bool](tab, `(document.activeElement && document.activeElement.blur(), getSelection().removeAllRanges(), scrollTo(0, 0), true)`)
	tab.Press(kb.Tab)
	fault := browser.Value[string](tab, `(() => {
		const link = document.activeElement;
		if (!link || !link.matches("a[href^='#']")) return "the first stop is no link that skips to the content";
		const to = document.getElementById(link.hash.slice(1));
		if (!to || !to.closest("main")) return "the skip link leads to " + link.hash + ", which is not the content";
		const box = link.getBoundingClientRect();
		if (box.width < 5 || box.height < 5 || box.bottom <= 0 || box.right <= 0) return "the skip link is not seen when it has the focus";
		return "";
	})()`)
	if fault == "" {
		return nil
	}
	return []string{fault}
}

// controls are roles of what a user acts on.
var controls = []string{
	"button", "checkbox", "combobox", "DisclosureTriangle", "link", "listbox", "menuitem", "option", "radio", "searchbox", "slider",
	"spinbutton", "switch", "tab", "textbox",
}

// Tree checks an accessibility tree.
func Tree(nodes []browser.Node) (faults []string) {
	of := map[string][]browser.Node{}
	for _, n := range nodes {
		of[n.Role] = append(of[n.Role], n)
		name := strings.TrimSpace(n.Name)
		switch {
		case slices.Contains(controls, n.Role) && name == "":
			faults = append(faults, fmt.Sprintf("a %s has no name", n.Role))
		case (n.Role == "image" || n.Role == "img") && name == "":
			faults = append(faults, "an image has no name")
		case n.Role == "table" && name == "":
			faults = append(faults, "a table has no caption")
		case n.Role == "region" && name == "":
			faults = append(faults, "a region has no name")
		}
		if n.Properties["live"] == "assertive" {
			faults = append(faults, fmt.Sprintf("a live region interrupts: %s %q", n.Role, name))
		}
	}
	for _, role := range []string{"banner", "main"} {
		if len(of[role]) != 1 {
			faults = append(faults, fmt.Sprintf("the page has %d landmarks of role %s, not one", len(of[role]), role))
		}
	}
	faults = append(faults, navigations(of["navigation"])...)
	return append(faults, headings(of["heading"])...)
}

func navigations(all []browser.Node) (faults []string) {
	if len(all) == 0 {
		return []string{"the page has no navigation"}
	}
	seen := map[string]bool{}
	for _, n := range all {
		if len(all) > 1 && (n.Name == "" || seen[n.Name]) {
			faults = append(faults, fmt.Sprintf("of %d navigations one has the name %q", len(all), n.Name))
		}
		seen[n.Name] = true
	}
	return faults
}

func headings(all []browser.Node) (faults []string) {
	first, before := 0, 0.0
	for _, h := range all {
		level, _ := h.Properties["level"].(float64)
		if level == 1 {
			first++
		}
		if strings.TrimSpace(h.Name) == "" {
			faults = append(faults, "a heading is empty")
		}
		if level > before+1 {
			faults = append(faults, fmt.Sprintf("the heading %q has level %v after level %v", h.Name, level, before))
		}
		before = level
	}
	if first != 1 {
		faults = append(faults, fmt.Sprintf("the page has %d headings of level 1, not one", first))
	}
	return faults
}
