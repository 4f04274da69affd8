package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/docs/reference/ledger"
)

var factsCommand = subcommand{
	name:    "facts",
	summary: "show which facts show that an operation does here what it does on AWS",
	examples: []example{
		{"ecs-emulator facts DescribeTaskSets", "its facts with their sources, and what no fact looks at"},
	},
	arguments: []argument{{name: "operation", about: "an operation of a service that the emulator has, in any case: RunTask, run-task"}},
	declare: func(*flagSet) action {
		return func(_ context.Context, args []string, stdout, _ io.Writer) error {
			return showFacts(ledger.Pages, args[0], stdout)
		}
	},
}

// showFacts prints what the pages of the ledger have of an operation, of each service that has one of that name.
func showFacts(pages fs.FS, operation string, stdout io.Writer) error {
	names, err := fs.Glob(pages, "*.md")
	if err != nil {
		return err
	}
	shown := 0
	for _, name := range names {
		text, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# What facts show of "), "\n")
		section := factsOf(string(text), strings.ReplaceAll(operation, "-", ""))
		if section == "" {
			continue
		}
		if shown++; shown > 1 {
			fmt.Fprintln(stdout)
		}
		fmt.Fprintf(stdout, "%s %s", title, section)
	}
	if shown == 0 {
		return fmt.Errorf("the emulator has no operation %s: docs/reference/compatibility lists all", operation)
	}
	return nil
}

// factsOf finds an operation in a page: its line of the table in words, and its section.
func factsOf(page, operation string) string {
	row := ""
	for i, part := range strings.Split(page, "\n## ") {
		if i == 0 {
			row = factsRow(part, operation)
			continue
		}
		if name, rest, _ := strings.Cut(part, "\n"); strings.EqualFold(name, operation) {
			section := name + ": " + row + "\n" + strings.NewReplacer("**", "", "`", "").Replace(rest)
			return strings.TrimRight(section, "\n") + "\n"
		}
	}
	return ""
}

// factsRow reads the table of a page.
func factsRow(head, operation string) string {
	var columns []string
	for line := range strings.Lines(head) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		switch {
		case strings.HasPrefix(line, "| operation "):
			columns = cells
		case strings.HasPrefix(line, "| [") && strings.EqualFold(strings.TrimPrefix(strings.Split(cells[0], "]")[0], "["), operation):
			var words []string
			for i, cell := range cells[1:] {
				words = append(words, strings.TrimSuffix(columns[i+1], " / of")+" "+cell)
			}
			return strings.Join(words, "; ")
		}
	}
	return ""
}
