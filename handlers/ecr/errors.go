package ecr

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// invalid refuses a parameter in the words of ECR (ECR-3).
func invalid(member, demand string) error {
	return &types.InvalidParameterException{Message: awsapi.Textf("Invalid parameter at '%s' failed to satisfy constraint: '%s'", member, demand)}
}

// The texts of this file were recorded (ECR0001, ECR0006, ECR0007).
func repositoryNotFound(s arn.Scope, name string) error {
	return &types.RepositoryNotFoundException{Message: awsapi.Textf("The repository with name '%s' does not exist in the registry with id '%s'", name, s.Account)}
}

// denied was recorded with an explicit deny (ECR0006.4).
func denied(call awsapi.Call, r *ecr.Repository, why string) error {
	return &awsapi.Error{Code: "AccessDeniedException", Capital: true, Message: fmt.Sprintf(
		"User: %s is not authorized to perform: ecr:%s on resource: %s %s", call.Principal(), call.Operation, r.ARN(), why)}
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

func lifecycleNotFound(r *ecr.Repository) error {
	return &types.LifecyclePolicyNotFoundException{Message: awsapi.Textf(
		"Lifecycle policy does not exist for the repository with name '%s' in the registry with id '%s'", r.Name, r.Scope.Account)}
}

// previewNotFound has words like lifecycleNotFound, as AWS's are not known.
func previewNotFound(r *ecr.Repository) error {
	return &types.LifecyclePolicyPreviewNotFoundException{Message: awsapi.Textf(
		"Lifecycle policy preview does not exist for the repository with name '%s' in the registry with id '%s'", r.Name, r.Scope.Account)}
}

// referenced was recorded (ECR0005.7).
func referenced(id types.ImageIdentifier, indexes []string) *types.ImageFailure {
	return failed(id, types.ImageFailureCodeImageReferencedByManifestList, "Requested image referenced by manifest list: ["+strings.Join(indexes, ",")+"]")
}

// imageNotFound is known from field reports (ECR0005.4).
func imageNotFound(r *ecr.Repository, id types.ImageIdentifier) error {
	return &types.ImageNotFoundException{Message: awsapi.Textf(
		"The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist within the repository with name '%s' in the registry with id '%s'",
		orNull(id.ImageDigest), orNull(id.ImageTag), r.Name, r.Scope.Account)}
}

// orNull is how AWS shows a text that may be absent.
func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// The texts of pushes were recorded (ECR0003, ECR0004.5, ECR0005), but for the one about images that an index names.
func imageExists(r *ecr.Repository, digest string, tag *string) error {
	return &types.ImageAlreadyExistsException{Message: awsapi.Textf(
		"Image with digest '%s' and tag '%s' already exists in the repository with name '%s' in registry with id '%s'", digest, orNull(tag), r.Name, r.Scope.Account)}
}

func digestDiffers(s arn.Scope, name, digest string) error {
	return &types.ImageDigestDoesNotMatchException{Message: awsapi.Textf(
		"The image with digest '%s' in repository '%s' and registry ID '%s' does not match the image digest that Amazon ECR has calculated.", digest, name, s.Account)}
}

// refusal is the answer to a push that the rows refuse.
func refusal(r *ecr.Repository, err error) error {
	var immutable *ecr.TagImmutableError
	var missing *ecr.MissingError
	switch {
	case errors.As(err, &immutable):
		return &types.ImageTagAlreadyExistsException{Message: awsapi.Textf(
			"The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", immutable.Tag, r.Name)}
	case errors.As(err, &missing) && len(missing.Layers) > 0:
		return &types.LayersNotFoundException{Message: awsapi.Textf(
			"Layers with digests '[%s]' required for pushing image into repository with name '%s' in the registry with id '%s' do not exist",
			ecr.ListDigests(missing.Layers), r.Name, r.Scope.Account)}
	case errors.As(err, &missing):
		return &types.ReferencedImagesNotFoundException{Message: awsapi.Textf(
			"Images with digests '[%s]' required for pushing image into repository with name '%s' in the registry with id '%s' do not exist",
			ecr.ListDigests(missing.Images), r.Name, r.Scope.Account)}
	}
	return err
}

// isFull tells that there is no room, as the emulator says it: AWS has room.
func isFull(err error) error {
	if errors.Is(err, ecr.ErrFull) {
		return &types.LimitExceededException{Message: awsapi.Textf("The registry of the emulator is full: its disk is, or --registry-size bounds it.")}
	}
	return err
}
