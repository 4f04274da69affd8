package initfolder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

func (f *Folder) makeCluster(ctx context.Context, d definition) error {
	var in ecs.CreateClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.call(ctx, apiclient.ECS("CreateCluster"), &in, nil)
}

// makeTaskDefinition registers a revision, unless the newest one came from the
// same file.
func (f *Folder) makeTaskDefinition(ctx context.Context, d definition) error {
	var in ecs.RegisterTaskDefinitionInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	sum := fingerprint(d.body)
	made, err := f.newestHasTag(ctx, in.Family, sum)
	if err != nil || made {
		return err
	}
	in.Tags = append(in.Tags, types.Tag{Key: aws.String(initTag), Value: aws.String(sum)})
	return f.call(ctx, apiclient.ECS("RegisterTaskDefinition"), &in, nil)
}

// newestHasTag reports whether a family has a revision, and its newest one was made from the file
// with a fingerprint. It lists before it describes, because the log warns of requests that fail.
func (f *Folder) newestHasTag(ctx context.Context, family *string, sum string) (bool, error) {
	var listed ecs.ListTaskDefinitionsOutput
	err := f.call(ctx, apiclient.ECS("ListTaskDefinitions"), &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: family, Sort: types.SortOrderDesc, MaxResults: aws.Int32(1),
	}, &listed)
	if err != nil || len(listed.TaskDefinitionArns) == 0 {
		return false, err
	}
	var newest ecs.DescribeTaskDefinitionOutput
	err = f.call(ctx, apiclient.ECS("DescribeTaskDefinition"), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &listed.TaskDefinitionArns[0], Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}, &newest)
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
func (f *Folder) makeService(ctx context.Context, d definition) error {
	var in ecs.CreateServiceInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ServiceName == nil {
		name, _, _ := strings.Cut(filepath.Base(d.path), ".")
		in.ServiceName = &name
	}
	var found ecs.DescribeServicesOutput
	err := f.call(ctx, apiclient.ECS("DescribeServices"), &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{*in.ServiceName}}, &found)
	if err := unless(err, "ClusterNotFoundException"); err != nil {
		return err
	}
	if len(found.Services) == 1 && aws.ToString(found.Services[0].Status) == "ACTIVE" {
		return nil
	}
	return f.call(ctx, apiclient.ECS("CreateService"), &in, nil)
}
