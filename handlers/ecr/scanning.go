package ecr

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// PutImageScanningConfiguration keeps whether images are scanned when they are pushed, which they are not.
func (a *API) PutImageScanningConfiguration(ctx context.Context, in *sdk.PutImageScanningConfigurationInput) (*sdk.PutImageScanningConfigurationOutput, error) {
	r, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		r.ScanOnPush = in.ImageScanningConfiguration.ScanOnPush
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutImageScanningConfigurationOutput{
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: r.ScanOnPush}, RegistryId: &r.Scope.Account, RepositoryName: &r.Name,
	}, nil
}

// BatchGetRepositoryScanningConfiguration answers what repositories say themselves (ECR0001.7): the registry has no rules. That
// SCAN_ON_PUSH belongs to scanOnPush is read from the API reference, and the reason of a failure has no source.
func (a *API) BatchGetRepositoryScanningConfiguration(ctx context.Context, in *sdk.BatchGetRepositoryScanningConfigurationInput) (*sdk.BatchGetRepositoryScanningConfigurationOutput, error) {
	tx := a.Store.Read()
	out := &sdk.BatchGetRepositoryScanningConfigurationOutput{
		ScanningConfigurations: []types.RepositoryScanningConfiguration{}, Failures: []types.RepositoryScanningConfigurationFailure{},
	}
	for _, name := range in.RepositoryNames {
		r, err := a.repository(ctx, tx, nil, &name)
		var missing *types.RepositoryNotFoundException
		if errors.As(err, &missing) {
			out.Failures = append(out.Failures, types.RepositoryScanningConfigurationFailure{
				FailureCode: types.ScanningConfigurationFailureCodeRepositoryNotFound, FailureReason: missing.Message, RepositoryName: &name,
			})
			continue
		}
		if err != nil {
			return nil, err
		}
		frequency := types.ScanFrequencyManual
		if r.ScanOnPush {
			frequency = types.ScanFrequencyScanOnPush
		}
		out.ScanningConfigurations = append(out.ScanningConfigurations, types.RepositoryScanningConfiguration{
			AppliedScanFilters: []types.ScanningRepositoryFilter{}, RepositoryArn: aws.String(r.ARN()), RepositoryName: &r.Name,
			ScanFrequency: frequency, ScanOnPush: r.ScanOnPush,
		})
	}
	return out, nil
}
