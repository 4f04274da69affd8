package ecr

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// partSize is the size of parts that clients are told (ECR-6).
const partSize = 10 << 20

// InitiateLayerUpload begins an upload (ECR0004.2).
func (a *API) InitiateLayerUpload(ctx context.Context, in *sdk.InitiateLayerUploadInput) (*sdk.InitiateLayerUploadOutput, error) {
	r, err := a.repository(ctx, a.Store.Read(), in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	u, err := a.Files.Begin(r)
	if err != nil {
		return nil, isFull(err)
	}
	return &sdk.InitiateLayerUploadOutput{PartSize: aws.Int64(partSize), UploadId: &u.ID}, nil
}

// upload finds an upload. The words of refusals of uploads are the emulator's.
func (a *API) upload(ctx context.Context, id, name, uploadID *string) (*ecr.Repository, *ecr.Upload, error) {
	r, err := a.repository(ctx, a.Store.Read(), id, name)
	if err != nil {
		return nil, nil, err
	}
	u, err := a.Files.Upload(r, *uploadID)
	if err != nil {
		return nil, nil, uploadRefusal(r, err)
	}
	return r, u, nil
}

func uploadRefusal(r *ecr.Repository, err error) error {
	var gone *ecr.UploadNotFoundError
	var digest *ecr.DigestError
	switch {
	case errors.As(err, &gone):
		return &types.UploadNotFoundException{Message: awsapi.Textf("The upload with id '%s' does not exist in the repository with name '%s' in the registry with id '%s'", gone.ID, r.Name, r.Scope.Account)}
	case errors.As(err, &digest):
		return &types.InvalidLayerException{Message: awsapi.Textf("The layer has the digest '%s', not '%s'", digest.Found, digest.Asked)}
	}
	return isFull(err)
}

// UploadLayerPart adds a part, which begins where the last one ended.
func (a *API) UploadLayerPart(ctx context.Context, in *sdk.UploadLayerPartInput) (*sdk.UploadLayerPartOutput, error) {
	r, u, err := a.upload(ctx, in.RegistryId, in.RepositoryName, in.UploadId)
	if err != nil {
		return nil, err
	}
	if *in.PartLastByte-*in.PartFirstByte+1 != int64(len(in.LayerPartBlob)) {
		return nil, invalidPart(r, u, u.Size())
	}
	err = u.AppendPart(*in.PartFirstByte, in.LayerPartBlob)
	var offset *ecr.OffsetError
	if errors.As(err, &offset) {
		return nil, invalidPart(r, u, offset.Size)
	}
	if err != nil {
		return nil, uploadRefusal(r, err)
	}
	return &sdk.UploadLayerPartOutput{LastByteReceived: in.PartLastByte, RegistryId: &r.Scope.Account, RepositoryName: &r.Name, UploadId: &u.ID}, nil
}

func invalidPart(r *ecr.Repository, u *ecr.Upload, size int64) error {
	return &types.InvalidLayerPartException{
		Message:    awsapi.Textf("The next part of the upload with id '%s' begins with the byte %d, and has as many bytes as partFirstByte and partLastByte say", u.ID, size),
		RegistryId: &r.Scope.Account, RepositoryName: &r.Name, UploadId: &u.ID, LastValidByteReceived: aws.Int64(size - 1),
	}
}

// CompleteLayerUpload makes a layer of an upload.
func (a *API) CompleteLayerUpload(ctx context.Context, in *sdk.CompleteLayerUploadInput) (*sdk.CompleteLayerUploadOutput, error) {
	r, u, err := a.upload(ctx, in.RegistryId, in.RepositoryName, in.UploadId)
	if err != nil {
		return nil, err
	}
	if u.Size() == 0 {
		return nil, &types.EmptyUploadException{Message: awsapi.Textf("The upload with id '%s' has no parts", u.ID)}
	}
	digest := in.LayerDigests[0]
	if u.HasSmallPart() {
		refusal := &types.LayerPartTooSmallException{Message: awsapi.Textf("A part of the upload with id '%s' that is not the last one has less than 5 MiB", u.ID)}
		return nil, errors.Join(refusal, u.Cancel())
	}
	err = u.Commit(digest, func(size int64) error {
		return a.Store.Update(func(tx *store.Tx) error {
			r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
			if err != nil {
				return err
			}
			if ecr.Layers.Find(tx, r, digest) != nil {
				return &types.LayerAlreadyExistsException{Message: awsapi.Textf(
					"The layer with digest '%s' already exists in the repository with name '%s' in the registry with id '%s'", digest, r.Name, r.Scope.Account)}
			}
			ecr.AddLayer(tx, r, digest, size, a.time())
			return nil
		})
	})
	if err != nil {
		return nil, uploadRefusal(r, err)
	}
	return &sdk.CompleteLayerUploadOutput{LayerDigest: &digest, RegistryId: &r.Scope.Account, RepositoryName: &r.Name, UploadId: &u.ID}, nil
}

// BatchCheckLayerAvailability tells which layers a repository has (ECR0004.1, ECR0004.4).
func (a *API) BatchCheckLayerAvailability(ctx context.Context, in *sdk.BatchCheckLayerAvailabilityInput) (*sdk.BatchCheckLayerAvailabilityOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &sdk.BatchCheckLayerAvailabilityOutput{Layers: []types.Layer{}, Failures: []types.LayerFailure{}}
	for _, digest := range in.LayerDigests {
		l := ecr.Layers.Find(tx, r, digest)
		switch {
		case digest == "":
			out.Failures = append(out.Failures, noLayer(digest, types.LayerFailureCodeMissingLayerDigest, "Requested layer has no digest"))
		case !ecr.IsDigest(digest):
			out.Failures = append(out.Failures, noLayer(digest, types.LayerFailureCodeInvalidLayerDigest, "Requested layer has no SHA-256 digest"))
		case l == nil || !a.Files.Has(digest):
			out.Layers = append(out.Layers, types.Layer{LayerAvailability: types.LayerAvailabilityUnavailable, LayerDigest: &digest})
		default:
			out.Layers = append(out.Layers, types.Layer{
				LayerAvailability: types.LayerAvailabilityAvailable, LayerDigest: &digest, LayerSize: &l.Size, MediaType: awsapi.Optional(l.MediaType),
			})
		}
	}
	return out, nil
}

func noLayer(digest string, code types.LayerFailureCode, reason string) types.LayerFailure {
	return types.LayerFailure{FailureCode: code, FailureReason: &reason, LayerDigest: &digest}
}

// GetDownloadUrlForLayer answers a URL at the endpoint that the caller has called.
func (a *API) GetDownloadUrlForLayer(ctx context.Context, in *sdk.GetDownloadUrlForLayerInput) (*sdk.GetDownloadUrlForLayerOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if ecr.Layers.Find(tx, r, *in.LayerDigest) == nil {
		return nil, &types.LayersNotFoundException{Message: awsapi.Textf(
			"The layer with digest '%s' does not exist in the repository with name '%s' in the registry with id '%s'", *in.LayerDigest, r.Name, r.Scope.Account)}
	}
	call, scheme := awsapi.FromContext(ctx), "http://"
	if call.Secure {
		scheme = "https://"
	}
	url := scheme + call.Host + a.DownloadPath + a.Downloads.Add(*in.LayerDigest, a.Now())
	return &sdk.GetDownloadUrlForLayerOutput{DownloadUrl: &url, LayerDigest: in.LayerDigest}, nil
}
