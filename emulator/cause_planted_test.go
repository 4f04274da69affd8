package emulator_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEachCauseIsPlanted: a table of causes, or a script of testdata/script/why, has each cause but unknown, which says that
// none is known.
func TestEachCauseIsPlanted(t *testing.T) {
	read := func(pattern string) string {
		files, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no file is %s: %v", pattern, err)
		}
		var all strings.Builder
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
		return all.String()
	}
	tables, scripts := read("*_cause_test.go"), read("../testdata/script/why/*.txtar")
	causes := regexp.MustCompile(`(?m)^\t(\w+) +Cause = "([a-z-]+)"`).FindAllStringSubmatch(read("../internal/ecs/why/cause.go"), -1)
	if len(causes) < 45 {
		t.Errorf("there are more than %d causes", len(causes))
	}
	for _, c := range causes {
		if inTable := regexp.MustCompile(`\bwhy\.` + c[1] + `\b`); c[1] != "Unknown" && !inTable.MatchString(tables) && !strings.Contains(scripts, `"cause": "`+c[2]+`"`) {
			t.Errorf("no table and no script has cause %s", c[2])
		}
	}
}
