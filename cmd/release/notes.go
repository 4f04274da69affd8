package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writeNotes writes what the release changes: its section of the changelog, or until `make changelog`
// has made it, the fragments.
func (r release) writeNotes() error {
	changelog, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	text := section(string(changelog), strings.TrimPrefix(r.version, "v"))
	if text == "" {
		if text, err = fragments(); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(r.out, "notes.md"), []byte(text), 0o644)
}

// section is what a changelog says of a version, or "".
func section(changelog, version string) string {
	_, behind, _ := strings.Cut(changelog, fmt.Sprintf("\n## %s\n", version))
	text, _, _ := strings.Cut(behind, "\n## ")
	if text = strings.TrimSpace(text); text != "" {
		text += "\n"
	}
	return text
}

func fragments() (text string, err error) {
	paths, err := filepath.Glob("changelog.d/*.md")
	slices.Sort(paths)
	for _, path := range paths {
		fragment, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		text += string(fragment)
	}
	return text, err
}
