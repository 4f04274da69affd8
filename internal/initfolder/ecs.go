package initfolder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

func makeCluster(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.CreateClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	_, err := client.CreateCluster(ctx, &in)
	return err
}

// makeTaskDefinition registers a revision, unless the newest one came from the
// same file.
func makeTaskDefinition(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.RegisterTaskDefinitionInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	sum := fingerprint(d.body)
	made, err := newestHasTag(ctx, client, in.Family, sum)
	if err != nil || made {
		return err
	}
	in.Tags = append(in.Tags, types.Tag{Key: aws.String(initTag), Value: aws.String(sum)})
	_, err = client.RegisterTaskDefinition(ctx, &in)
	return err
}

// newestHasTag reports whether a family has a revision, and its newest one was made from the file
// with a fingerprint. It lists before it describes, because the log warns of requests that fail.
func newestHasTag(ctx context.Context, client *ecs.Client, family *string, sum string) (bool, error) {
	listed, err := client.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: family, Sort: types.SortOrderDesc, MaxResults: aws.Int32(1),
	})
	if err != nil || len(listed.TaskDefinitionArns) == 0 {
		return false, err
	}
	newest, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &listed.TaskDefinitionArns[0], Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(newest.Tags, func(t types.Tag) bool {
		return aws.ToString(t.Key) == initTag && aws.ToString(t.Value) == sum
	}), nil
}

func fingerprint(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// initTag marks a revision with the content of the file that it was made from.
const initTag = "ecs-emulator:init"

// makeService creates a service, unless there is one of its name.
func makeService(ctx context.Context, client *ecs.Client, d definition) error {
	var in ecs.CreateServiceInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ServiceName == nil {
		name, _, _ := strings.Cut(filepath.Base(d.path), ".")
		in.ServiceName = &name
	}
	found, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{*in.ServiceName}})
	var noCluster *types.ClusterNotFoundException
	if err != nil && !errors.As(err, &noCluster) {
		return err
	}
	if found != nil && len(found.Services) == 1 && aws.ToString(found.Services[0].Status) == "ACTIVE" {
		return nil
	}
	_, err = client.CreateService(ctx, &in)
	return err
}
