package ecr

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Action is what ECR tells EventBridge when an image was pushed or deleted (ECR-24).
type Action struct {
	ID                      string
	RepositoryARN           string
	Repository              string
	Deleted                 bool // else it was pushed
	Digest, Tag             string
	MediaType, ArtifactType string
}

var _ = outbox.Declare[Action]("imageAction")

// announce keeps an action as an event. The tag may be empty.
func announce(tx *store.Tx, r *Repository, i *Image, tag string, deleted bool, now time.Time) {
	outbox.Announce(tx, &Action{
		ID: arn.NewUUID(), RepositoryARN: r.ARN(), Repository: r.Name, Deleted: deleted, Digest: i.Digest, Tag: tag,
		MediaType: i.MediaType, ArtifactType: i.ArtifactType,
	}, now)
}
