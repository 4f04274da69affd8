package ecr

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// invalid refuses a parameter in the words of ECR (ECR-3).
func invalid(member, demand string) error {
	return &types.InvalidParameterException{Message: awsapi.Textf("Invalid parameter at '%s' failed to satisfy constraint: '%s'", member, demand)}
}

// The texts of this file were recorded (ECR-2, ECR-5).
func repositoryNotFound(s arn.Scope, name string) error {
	return &types.RepositoryNotFoundException{Message: awsapi.Textf("The repository with name '%s' does not exist in the registry with id '%s'", name, s.Account)}
}

func repositoryExists(s arn.Scope, name string) error {
	return &types.RepositoryAlreadyExistsException{Message: awsapi.Textf("The repository with name '%s' already exists in the registry with id '%s'", name, s.Account)}
}

func repositoryNotEmpty(r *ecr.Repository) error {
	return &types.RepositoryNotEmptyException{Message: awsapi.Textf(
		"The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", r.Name, r.Scope.Account)}
}

func policyNotFound(r *ecr.Repository) error {
	return &types.RepositoryPolicyNotFoundException{Message: awsapi.Textf(
		"Repository policy does not exist for the repository with name '%s' in the registry with id '%s'", r.Name, r.Scope.Account)}
}
