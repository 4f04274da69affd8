package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFacts(t *testing.T) {
	page := "# What facts show of Amazon ECS\n\nwords\n\n| operation | response members asserted / of | facts |\n| --- | ---: | ---: |\n" +
		"| [RunTask](#runtask) | 2 / 3 | 1 |\n| [StopTask](#stoptask) | 0 / 1 | 0 |\n| all 2 | 2 / 4 | 1 |\n" +
		"\n## RunTask\n\n**Members of responses without a fact:** `tasks`.\n\nFacts:\n\n- ECS0061.1 (recorded 2026-09): All members.\n\n## StopTask\n"
	pages := fstest.MapFS{"ecs.md": {Data: []byte(page)}}
	want := "Amazon ECS RunTask: response members asserted 2 / 3; facts 1\n\nMembers of responses without a fact: tasks.\n\nFacts:\n\n- ECS0061.1 (recorded 2026-09): All members.\n"
	for _, name := range []string{"RunTask", "run-task"} {
		var out bytes.Buffer
		if err := showFacts(pages, name, &out); err != nil || out.String() != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, out.String(), want)
		}
	}
	if err := showFacts(pages, "NoTask", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "no operation NoTask") {
		t.Errorf("an operation that there is not: %v", err)
	}
}
