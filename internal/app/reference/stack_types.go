package reference

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
)

// StackTypes lists the types of resources that stacks can have, with their properties that are refused or without effect, and
// then the types of AWS's table that are not built.
func StackTypes() string {
	var b strings.Builder
	b.WriteString("\n## Types of resources\n\n" +
		"A stack can have resources of these types. Their other properties act as the operations that they are given to say.\n\n" +
		"| Type | Refused by name | Without effect |\n| --- | --- | --- |\n")
	var missing []string
	for _, name := range schema.Names() {
		t := types.Find(name)
		if t == nil {
			missing = append(missing, name)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, strings.Join(t.Refused, ", "), strings.Join(t.Inert, ", "))
	}
	b.WriteString("\nNot built, among the types that templates with services have: " + strings.Join(missing, ", ") + ".\n")
	return b.String()
}
