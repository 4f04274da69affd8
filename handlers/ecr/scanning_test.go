package ecr_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// ECR-21.
func TestScanningConfigurations(t *testing.T) {
	s := newScene(t).withRepository()
	ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{
		RepositoryName: aws.String("scanned"), ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
	})
	got := ok(s, s.BatchGetRepositoryScanningConfiguration, &sdk.BatchGetRepositoryScanningConfigurationInput{RepositoryNames: []string{"app", "none", "scanned"}})
	same(t, got.ScanningConfigurations, []types.RepositoryScanningConfiguration{
		{AppliedScanFilters: []types.ScanningRepositoryFilter{}, RepositoryArn: aws.String("arn:aws:ecr:us-east-1:123456789012:repository/app"), RepositoryName: app, ScanFrequency: "MANUAL"},
		{
			AppliedScanFilters: []types.ScanningRepositoryFilter{}, RepositoryArn: aws.String("arn:aws:ecr:us-east-1:123456789012:repository/scanned"),
			RepositoryName: aws.String("scanned"), ScanFrequency: "SCAN_ON_PUSH", ScanOnPush: true,
		},
	})
	same(t, got.Failures, []types.RepositoryScanningConfigurationFailure{
		{FailureCode: "REPOSITORY_NOT_FOUND", FailureReason: aws.String(notThere), RepositoryName: aws.String("none")},
	})
}
