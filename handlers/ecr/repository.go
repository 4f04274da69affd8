package ecr

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// listed is how many items a page has where a request does not say. Source: ECR API reference, maxResults.
const listed = 100

// CreateRepository makes a repository. A name of the form <account>/<region>/… is refused: it would be in the place of
// a repository of that account and region.
func (a *API) CreateRepository(ctx context.Context, in *sdk.CreateRepositoryInput) (*sdk.CreateRepositoryOutput, error) {
	scope := registry(ctx, in.RegistryId)
	if _, name := ecr.ReadPath(*in.RepositoryName, a.Naming.Home); name != *in.RepositoryName {
		return nil, invalid("repositoryName", "ecs-emulator: a name that begins with an account and a region is the place of the repositories of that registry")
	}
	made := &ecr.Repository{
		Scope: scope, Name: *in.RepositoryName, CreatedAt: a.time(), Mutability: cmp.Or(string(in.ImageTagMutability), "MUTABLE"),
		ScanOnPush: in.ImageScanningConfiguration != nil && in.ImageScanningConfiguration.ScanOnPush, Encryption: encryption(scope, in.EncryptionConfiguration),
	}
	err := a.allow(awsapi.FromContext(ctx), made) // in the registry of another account nothing lets a caller do that
	if err != nil {
		return nil, err
	}
	if made.Exclusions, err = exclusions(made.Mutability, in.ImageTagMutabilityExclusionFilters); err != nil {
		return nil, err
	}
	if made.Tags, err = withTags(ctx, nil, in.Tags); err != nil {
		return nil, err
	}
	err = a.Store.Update(func(tx *store.Tx) error {
		if ecr.Repositories.Find(tx, scope, made.Name) != nil {
			return repositoryExists(scope, made.Name)
		}
		ecr.Repositories.Put(tx, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	described := a.describe(ctx, made)
	return &sdk.CreateRepositoryOutput{Repository: &described}, nil
}

// encryption is kept without effect. A key by its id is answered as an ARN (ECR0001.1).
func encryption(s arn.Scope, c *types.EncryptionConfiguration) ecr.Encryption {
	if c == nil {
		return ecr.Encryption{Type: string(types.EncryptionTypeAes256)}
	}
	e := ecr.Encryption{Type: string(c.EncryptionType), Key: aws.ToString(c.KmsKey)}
	if e.Key != "" && !arn.Is(e.Key) {
		e.Key = "arn:" + s.Partition() + ":kms:" + s.Region + ":" + s.Account + ":key/" + e.Key
	}
	return e
}

// DescribeRepositories answers repositories by name, in the order in which they are asked for, or all.
func (a *API) DescribeRepositories(ctx context.Context, in *sdk.DescribeRepositoriesInput) (*sdk.DescribeRepositoriesOutput, error) {
	tx := a.Store.Read()
	found := []*ecr.Repository{}
	for _, name := range in.RepositoryNames {
		r, err := a.repository(ctx, tx, in.RegistryId, &name)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	out := &sdk.DescribeRepositoriesOutput{Repositories: []types.Repository{}}
	if in.RepositoryNames == nil {
		scope := registry(ctx, in.RegistryId)
		if err := a.allow(awsapi.FromContext(ctx), &ecr.Repository{Scope: scope, Name: "*"}); err != nil {
			return nil, err
		}
		var err error
		found, out.NextToken, err = page.Cut(ecr.Repositories.List(tx, scope), func(r *ecr.Repository) string { return r.Name },
			page.Request{Token: in.NextToken, Size: in.MaxResults, Most: listed, Refusal: badToken()})
		if err != nil {
			return nil, err
		}
	}
	for _, r := range found {
		out.Repositories = append(out.Repositories, a.describe(ctx, r))
	}
	return out, nil
}

// badToken has the emulator's words.
func badToken() error { return invalid("nextToken", "must be the nextToken of an answer") }

// DeleteRepository removes a repository, by force with what is in it.
func (a *API) DeleteRepository(ctx context.Context, in *sdk.DeleteRepositoryInput) (*sdk.DeleteRepositoryOutput, error) {
	var gone *ecr.Repository
	err := a.Store.Update(func(tx *store.Tx) (err error) {
		if gone, err = a.repository(ctx, tx, in.RegistryId, in.RepositoryName); err != nil {
			return err
		}
		if !in.Force && len(ecr.Images.List(tx, gone)) > 0 {
			return repositoryNotEmpty(gone)
		}
		a.Files.DiscardAfter(tx, ecr.Remove(tx, gone))
		return nil
	})
	if err != nil {
		return nil, err
	}
	described := a.describe(ctx, gone)
	described.EncryptionConfiguration, described.ImageScanningConfiguration = nil, nil // (ECR0001.9)
	return &sdk.DeleteRepositoryOutput{Repository: &described}, nil
}

func (a *API) describe(ctx context.Context, r *ecr.Repository) types.Repository {
	d := types.Repository{
		CreatedAt: aws.Time(r.CreatedAt), RegistryId: aws.String(r.Scope.Account), RepositoryArn: aws.String(r.ARN()), RepositoryName: aws.String(r.Name),
		RepositoryUri: aws.String(a.Naming.URI(ctx, r)), ImageTagMutability: types.ImageTagMutability(r.Mutability), ImageTagMutabilityExclusionFilters: describeExclusions(r),
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: r.ScanOnPush},
		EncryptionConfiguration:    &types.EncryptionConfiguration{EncryptionType: types.EncryptionType(r.Encryption.Type)},
	}
	if r.Encryption.Key != "" {
		d.EncryptionConfiguration.KmsKey = aws.String(r.Encryption.Key)
	}
	return d
}
