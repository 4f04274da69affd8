package secretsmanager

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/secretsmanager/types"
)

// maxValue is how long a value may be. Source: Secrets Manager API reference.
const maxValue = 65536

// violations are those of Secrets Manager's model.
type violations struct{ constraint.Violations }

func (v *violations) secretID(id *string) { v.Required("secretId", id, 1, 2048) }

func (v *violations) token(token *string) { v.Text("clientRequestToken", token, 32, 64) }

func (v *violations) value(text *string, binary []byte) {
	v.Hidden("secretString", text, 1, maxValue)
	if binary != nil && (len(binary) == 0 || len(binary) > maxValue) {
		v.Add("", "secretBinary", fmt.Sprintf("have length between 1 and %d", maxValue)) // the text is the emulator's
	}
}

func (v *violations) stages(stages []string) {
	v.Count("versionStages", stages, 1, 20)
	v.Each("versionStages", stages, 1, 256)
}

func (v *violations) tags(tags []types.Tag) {
	for i, t := range tags {
		member := fmt.Sprintf("tags.%d.member.", i+1)
		v.Text(member+"key", t.Key, 1, 128)
		v.Text(member+"value", t.Value, 0, 256)
	}
}
