package ecr

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// find finds an image by its digest, a tag, or both.
func find(tx *store.Tx, r *ecr.Repository, id types.ImageIdentifier) (*ecr.Image, *types.ImageFailure) {
	digest, tag := aws.ToString(id.ImageDigest), aws.ToString(id.ImageTag)
	switch {
	case id.ImageDigest == nil && id.ImageTag == nil:
		return nil, failed(id, types.ImageFailureCodeMissingDigestAndTag, "Requested image has neither a digest nor a tag")
	case id.ImageDigest != nil && !ecr.IsDigest(digest):
		return nil, failed(id, types.ImageFailureCodeInvalidImageDigest, "Requested image has no SHA-256 digest")
	case id.ImageDigest == nil:
		if i := ecr.FindTagged(tx, r, tag); i != nil {
			return i, nil
		}
		return nil, notFound(id)
	}
	i := ecr.Images.Find(tx, r, digest)
	if i == nil {
		return nil, notFound(id)
	}
	if id.ImageTag == nil {
		return i, nil
	}
	switch t := ecr.Tags.Find(tx, r, tag); {
	case t == nil:
		return nil, notFound(id)
	case t.Digest != digest:
		return nil, failed(id, types.ImageFailureCodeImageTagDoesNotMatchDigest, "Requested image has another digest than the image with its tag")
	}
	return i, nil
}

// notFound was recorded (ECR0005.3). The words of other failures are the emulator's, if not said otherwise.
func notFound(id types.ImageIdentifier) *types.ImageFailure {
	return failed(id, types.ImageFailureCodeImageNotFound, "Requested image not found")
}

func failed(id types.ImageIdentifier, code types.ImageFailureCode, reason string) *types.ImageFailure {
	return &types.ImageFailure{FailureCode: code, FailureReason: &reason, ImageId: &id}
}

// BatchGetImage answers the manifests of images (ECR0005.2), which pulls them. Source: ECR API reference; containers-roadmap issue
// 2390 for the recorded time.
func (a *API) BatchGetImage(ctx context.Context, in *sdk.BatchGetImageInput) (*sdk.BatchGetImageOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &sdk.BatchGetImageOutput{Images: []types.Image{}, Failures: []types.ImageFailure{}}
	var pulled []*ecr.Image
	for _, id := range in.ImageIds {
		i, failure := find(tx, r, id)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		manifest, err := a.manifest(i)
		if errors.Is(err, os.ErrNotExist) { // it has gone meanwhile
			out.Failures = append(out.Failures, *notFound(id))
			continue
		}
		if err != nil {
			return nil, err
		}
		answer := describe(i, id.ImageTag, manifest)
		if id.ImageDigest == nil { // one that is asked for by digest is never converted
			content, mediaType := ecr.Convert(manifest, i.MediaType, in.AcceptedMediaTypes)
			answer.ImageManifest, answer.ImageManifestMediaType = aws.String(string(content)), &mediaType
		}
		out.Images, pulled = append(out.Images, answer), append(pulled, i)
	}
	ecr.RecordPulls(a.Store, a.time(), pulled...)
	return out, nil
}

// manifest reads the file of a manifest.
func (a *API) manifest(i *ecr.Image) ([]byte, error) {
	file, _, err := a.Files.Open(i.Digest)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(file)
	return content, errors.Join(err, file.Close())
}

func describe(i *ecr.Image, tag *string, manifest []byte) types.Image {
	return types.Image{
		ImageId: &types.ImageIdentifier{ImageDigest: &i.Digest, ImageTag: tag}, ImageManifest: aws.String(string(manifest)),
		ImageManifestMediaType: &i.MediaType, RegistryId: &i.Scope.Account, RepositoryName: &i.Repository,
	}
}

// BatchDeleteImage takes a tag from an image, with the last one the image, or deletes an image with all its tags
// (ECR0002). An image that an index names stays (ECR0005.7).
func (a *API) BatchDeleteImage(ctx context.Context, in *sdk.BatchDeleteImageInput) (*sdk.BatchDeleteImageOutput, error) {
	var out *sdk.BatchDeleteImageOutput
	err := a.Store.Update(func(tx *store.Tx) error {
		r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
		if err != nil {
			return err
		}
		out = &sdk.BatchDeleteImageOutput{ImageIds: []types.ImageIdentifier{}, Failures: []types.ImageFailure{}}
		for _, id := range in.ImageIds {
			removed, failure := a.remove(tx, r, id)
			if failure != nil {
				out.Failures = append(out.Failures, *failure)
			}
			out.ImageIds = append(out.ImageIds, removed...)
		}
		return nil
	})
	return out, err
}

// remove removes what an identifier names.
func (a *API) remove(tx *store.Tx, r *ecr.Repository, id types.ImageIdentifier) (removed []types.ImageIdentifier, failure *types.ImageFailure) {
	i, failure := find(tx, r, id)
	if failure != nil {
		return nil, failure
	}
	if id.ImageTag != nil {
		a.Files.DiscardAfter(tx, ecr.Untag(tx, r, ecr.Tags.Find(tx, r, *id.ImageTag), a.time()))
		return []types.ImageIdentifier{{ImageDigest: &i.Digest, ImageTag: id.ImageTag}}, nil
	}
	if indexes := ecr.IndexesOf(tx, r, i.Digest); len(indexes) > 0 {
		return nil, referenced(id, indexes)
	}
	for _, tag := range ecr.TagsOf(tx, i) {
		removed = append(removed, types.ImageIdentifier{ImageDigest: &i.Digest, ImageTag: &tag})
	}
	if removed == nil {
		removed = append(removed, types.ImageIdentifier{ImageDigest: &i.Digest})
	}
	a.Files.DiscardAfter(tx, ecr.Delete(tx, r, i, a.time()))
	return removed, nil
}
