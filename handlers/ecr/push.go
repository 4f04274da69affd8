package ecr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// tagForm is the form of tags. Source: OCI distribution specification, pulling manifests.
const tagForm = `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`

var tagPattern = lazyregexp.New("^" + tagForm + "$")

// PutImage adds an image of layers that are there, or a tag to an image (ECR0005.1).
func (a *API) PutImage(ctx context.Context, in *sdk.PutImageInput) (*sdk.PutImageOutput, error) {
	scope, content := registry(ctx, in.RegistryId), []byte(*in.ImageManifest)
	if _, err := a.repository(ctx, a.Store.Read(), in.RegistryId, in.RepositoryName); err != nil {
		return nil, err
	}
	if in.ImageTag != nil && !tagPattern.MatchString(*in.ImageTag) {
		return nil, invalid("imageTag", "must satisfy regular expression '"+tagForm+"'") // the words are the emulator's
	}
	manifest, err := ecr.ReadManifest(content, aws.ToString(in.ImageManifestMediaType))
	if err != nil { // AWS says so of {} (companions 11.3)
		return nil, fmt.Errorf("%w (%w)", invalid("ImageManifest", "Invalid JSON syntax"), err)
	}
	if in.ImageDigest != nil && *in.ImageDigest != digestOf(content) {
		return nil, digestDiffers(scope, *in.RepositoryName, *in.ImageDigest)
	}
	var pushed ecr.Pushed
	err = a.Files.Put(content, func(digest string) error {
		return a.Store.Update(func(tx *store.Tx) error {
			r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
			if err != nil {
				return err
			}
			if pushed, err = ecr.Push(tx, r, digest, manifest, aws.ToString(in.ImageTag), a.time()); err != nil {
				return refusal(r, err)
			}
			if pushed.Known {
				return imageExists(r, digest, in.ImageTag)
			}
			return nil
		})
	})
	if err != nil {
		return nil, isFull(err)
	}
	described := describe(pushed.Image, in.ImageTag, content)
	return &sdk.PutImageOutput{Image: &described}, nil
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}
