package reference

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
)

const aboutMetadata = `# Task metadata

` + Written + `Containers find these members at ` + "`$ECS_CONTAINER_METADATA_URI_V4`" + `. The table names the source of each,
and which collectors read it (ADOT is the OpenTelemetry collector's ECS receiver and detector).
Recorded answers are in [handlers/metadata/testdata](../../../handlers/metadata/testdata). Fault injection
is refused.

| Of | Field | Source | Read by |
| --- | --- | --- | --- |
`

// Metadata is the page of task metadata.
func Metadata() string {
	var b strings.Builder
	b.WriteString(aboutMetadata)
	for _, f := range metadata.Fields {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", f.Of, f.Name, cell(f.Source), f.Readers)
	}
	return b.String()
}
