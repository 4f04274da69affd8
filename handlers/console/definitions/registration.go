package definitions

import (
	"bytes"
	"encoding/json"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// registration is a task definition as `aws ecs register-task-definition --cli-input-json` takes it: without what ECS adds, such as
// the revision and the attributes that it requires.
func registration(d *taskdefinition.TaskDefinition) []byte {
	in := &sdk.RegisterTaskDefinitionInput{}
	if err := wire.Unmarshal(d.Body, in); err != nil {
		panic("console: the body of " + d.ARN + " cannot be read: " + err.Error()) // state wrote it
	}
	in.Tags = d.Tags
	var text bytes.Buffer
	if err := json.Indent(&text, wire.Marshal(in), "", "  "); err != nil {
		panic("console: the body of " + d.ARN + " is no JSON: " + err.Error())
	}
	return text.Bytes()
}
