package codedeploy

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// idForm is the form of ids of deployments (CD8).
var idForm = lazyregexp.New(`^d-[A-Z0-9]{9}$`)

// findDeployment finds a deployment of a scope by its id, which must have the form of one. The texts are the emulator's.
func findDeployment(tx *store.Tx, scope arn.Scope, given *string) (*codedeploy.Deployment, error) {
	id := aws.ToString(given)
	switch {
	case id == "":
		return nil, refuseMember("deploymentId", "Member must not be null")
	case !idForm.MatchString(id):
		return nil, refuse("InvalidDeploymentIdException", "Specified DeploymentId is not in the valid format: %s", id)
	}
	d := codedeploy.FindDeployment(tx, id)
	if d == nil || d.Scope != scope {
		return nil, refuse("DeploymentDoesNotExistException", "The deployment %s could not be found", id)
	}
	return d, nil
}
