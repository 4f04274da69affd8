// Package reference writes the pages of docs/reference that follow from tables in the code: what
// is built of each AWS service, what each member does, where task metadata comes from. Tests hold
// the pages against it, and make generate writes them.
package reference

import "strings"

// Written stands at the head of each page.
const Written = "<!-- written by make generate -->\n\n"

// cell keeps a text from ending a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
