package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// stackName is what a name or ARN of a stack looks like, in the words of AWS's framework (CFN-12).
const stackName = `[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*`

var (
	stackNames    = lazyregexp.New("^(?:" + stackName + ")$")
	newStackNames = lazyregexp.New("^[a-zA-Z][-a-zA-Z0-9]*$")
)

// checkStackName refuses what is neither a name nor an ARN. AWS's model says nothing of most of these members.
func checkStackName(nameOrID string) error {
	if stackNames.MatchString(nameOrID) {
		return nil
	}
	var wrong constraint.Violations
	wrong.Add("'"+nameOrID+"'", "stackName", "satisfy regular expression pattern: "+stackName)
	return wrong.Refusal("ValidationError")
}

// checkNewName refuses a name that no new stack can have. Source: CloudFormation API reference, CreateStack, for its length.
func checkNewName(name string) error {
	if err := checkStackName(name); err != nil {
		return err
	}
	var wrong constraint.Violations
	if !newStackNames.MatchString(name) { // the ARN of a stack: a guess
		wrong.Add("'"+name+"'", "stackName", "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
	}
	wrong.Text("stackName", &name, 1, 128)
	return wrong.Refusal("ValidationError")
}
