package ecr

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ActionDetailType is the detail-type of pushes and deletions of images.
const ActionDetailType = "ECR Image Action"

// ActionEvent is the event that ECR sends to EventBridge when an image was pushed or deleted, as JSON (ECR-24).
func ActionEvent(c *ecr.Action, at time.Time) []byte {
	detail := action{
		Result: "SUCCESS", Repository: c.Repository, Digest: c.Digest, Type: "PUSH", Tag: c.Tag, MediaType: c.MediaType, ArtifactType: c.ArtifactType,
	}
	if c.Deleted {
		detail.Type = "DELETE"
	}
	return eventbridge.Event{ID: c.ID, DetailType: ActionDetailType, Source: "aws.ecr", Scope: arn.ScopeOf(c.RepositoryARN), At: at, Detail: detail}.Marshal()
}

type action struct {
	Result       string `json:"result"`
	Repository   string `json:"repository-name"`
	Digest       string `json:"image-digest"`
	Type         string `json:"action-type"`
	Tag          string `json:"image-tag,omitempty"`
	MediaType    string `json:"manifest-media-type,omitempty"`
	ArtifactType string `json:"artifact-media-type,omitempty"`
}
