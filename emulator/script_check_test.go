package emulator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// checkDefinitions checks the task definitions that a script has registered, as they are described:
// 'ecs-emulator check' finds nothing in them that keeps them from being registered, and nothing at all
// that would be refused in those of which there were tasks.
func checkDefinitions(t *testing.T, srv *emulator.Server, opts emulator.Options) {
	client := ecs.NewFromConfig(srv.Config())
	ctx := context.Background() // the script's has ended
	ran, err := definitionsThatRan(ctx, client)
	if err != nil {
		t.Errorf("list what a script has run: %v", err)
		return
	}
	checked := check.Options{
		AllowPrivileged: opts.AllowPrivileged, HostPaths: opts.AllowHostPaths, FileSystems: slices.Collect(maps.Values(opts.FileSystems)),
	}
	for _, status := range []types.TaskDefinitionStatus{types.TaskDefinitionStatusActive, types.TaskDefinitionStatusInactive} {
		pages := ecs.NewListTaskDefinitionsPaginator(client, &ecs.ListTaskDefinitionsInput{Status: status})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Errorf("list the task definitions of a script: %v", err)
				return
			}
			for _, arn := range page.TaskDefinitionArns {
				for _, f := range checked.Files([]check.File{{Name: arn, Text: describedDefinition(t, srv, arn)}}) {
					if f.Effect == check.Unreadable || f.Effect == check.Refused && (ran[arn] || f.Operation == "RegisterTaskDefinition") {
						t.Errorf("check finds in a definition that was taken: %+v", f)
					}
				}
			}
		}
	}
}

// definitionsThatRan are the task definitions of tasks that are still known.
func definitionsThatRan(ctx context.Context, client *ecs.Client) (map[string]bool, error) {
	ran := map[string]bool{}
	clusters, err := client.ListClusters(ctx, &ecs.ListClustersInput{})
	if err != nil {
		return nil, err
	}
	for _, cluster := range clusters.ClusterArns {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			listed, err := client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String(cluster), DesiredStatus: status})
			if err != nil {
				return nil, err
			}
			if len(listed.TaskArns) == 0 {
				continue
			}
			described, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(cluster), Tasks: listed.TaskArns})
			if err != nil {
				return nil, err
			}
			for _, task := range described.Tasks {
				ran[*task.TaskDefinitionArn] = true
			}
		}
	}
	return ran, nil
}

// describedDefinition is what describe-task-definition prints.
func describedDefinition(t *testing.T, srv *emulator.Server, arn string) []byte {
	body := fmt.Appendf(nil, `{"taskDefinition": %q, "include": ["TAGS"]}`, arn)
	request, err := http.NewRequest(http.MethodPost, srv.URL(), bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return nil
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition")
	ctx, sum := context.Background(), sha256.Sum256(body) // the script's has ended
	keys, err := srv.Config().Credentials.Retrieve(ctx)
	if err == nil {
		err = v4.NewSigner().SignHTTP(ctx, keys, request, hex.EncodeToString(sum[:]), "ecs", srv.Config().Region, time.Now())
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return text
}
