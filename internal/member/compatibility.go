package member

import (
	"fmt"
	"slices"
	"strings"
)

// Compatibility is the table's part of COMPATIBILITY.md. What simply acts shares a line.
func (t Table) Compatibility() string {
	var acting, lines []string
	for _, row := range slices.SortedFunc(slices.Values(t.Rows), func(x, y Row) int { return strings.Compare(x.Path, y.Path) }) {
		path := "`" + row.Path + "`"
		if row.Fate == Acts && row.Note == "" {
			acting = append(acting, path)
			continue
		}
		fate, note := row.describe()
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |\n", path, fate, note))
	}
	if len(acting) > 0 {
		lines = slices.Insert(lines, 0, "| "+strings.Join(acting, ", ")+" | acts | |\n")
	}
	return fmt.Sprintf("### %s\n\n| Member | What becomes of it | Note |\n| --- | --- | --- |\n%s", t.Title, strings.Join(lines, ""))
}

func (r *Row) describe() (fate, note string) {
	switch {
	case r.Words != "":
		return "refused, as by AWS", r.Words
	case r.only != nil:
		return "acts if it is `" + strings.Join(r.only, "` or `") + "`, refused otherwise", r.Note
	case r.switched != "":
		return "refused if `" + r.switched + "` is true", r.Note
	case r.Fate == Kept:
		return "kept without effect", r.Note
	}
	return string(r.Fate), r.Note
}
