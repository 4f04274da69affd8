package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

const aboutMembers = `
## Members

What each member of a task definition, task or service does on Fargate. Further tables name the
members that differ on container instances.

- *acts*: it does what it does on AWS.
- *refused*: the answer is an error that names it, ` + "`ecs-emulator does not support\n  enableFaultInjection yet`" + `, or AWS's own words, which stand here. (AWS
  does not publish those for deployment strategies; these are the emulator's.) A definition with
  a refused member can be registered and described; RunTask, CreateService and UpdateService
  refuse to use it.
- *kept without effect*: it has no meaning on one machine. It is checked, stored and shown.
`

func Members(tables []member.Table) string {
	var b strings.Builder
	b.WriteString(aboutMembers)
	for _, table := range tables {
		b.WriteString("\n" + members(table))
	}
	return b.String()
}

// members is one table. All that acts without a note shares a line.
func members(t member.Table) string {
	var acting, lines []string
	for _, row := range sorting.Sorted(slices.Values(t.Rows), func(x, y member.Row) int { return strings.Compare(x.Path, y.Path) }) {
		path := "`" + row.Path + "`"
		if row.Fate == member.Acts && row.Note == "" {
			acting = append(acting, path)
			continue
		}
		fate, note := row.Describe()
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |\n", path, fate, cell(note)))
	}
	if len(acting) > 0 {
		lines = slices.Insert(lines, 0, "| "+strings.Join(acting, ", ")+" | acts | |\n")
	}
	return fmt.Sprintf("### %s\n\n| Member | Support | Note |\n| --- | --- | --- |\n%s", t.Title, strings.Join(lines, ""))
}
