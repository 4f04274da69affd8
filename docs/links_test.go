package docs_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	inline   = regexp.MustCompile("`[^`\n]*`")
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
)

// TestLinksLeadSomewhere follows the relative links of all documents, to files and to headings.
func TestLinksLeadSomewhere(t *testing.T) {
	texts := documents(t)
	followed := 0
	for from, text := range texts {
		plain := inline.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
		for _, link := range links.FindAllStringSubmatch(plain, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			followed++
			file, anchor, _ := strings.Cut(link[1], "#")
			to := from
			if file != "" {
				to = path.Join(path.Dir(from), file)
			}
			if _, err := os.Stat(filepath.Join("..", to)); err != nil {
				t.Errorf("%s links to %s: %v", from, link[1], err)
			} else if anchor != "" && !anchors(texts[to])[anchor] {
				t.Errorf("%s links to %s, and %s has no such heading", from, link[1], to)
			}
		}
	}
	if followed < 100 {
		t.Errorf("found only %d links", followed)
	}
}

// anchors are those that GitHub gives the headings of a document.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, heading := range headings.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		found[anchor(heading[1])] = true
	}
	return found
}

// anchor is a heading in small letters, with hyphens for spaces and without punctuation.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
