package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const initDefinition = `{"family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
	"containerDefinitions": [{"name": "app", "image": "app"}]}`

// The service has no name: it is that of its file. It sorts before what it needs.
const initService = `{"cluster": "shop", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
	"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123abcd"]}}}`

func initDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInitMakesWhatTheFolderDescribes(t *testing.T) {
	opts := emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(),
		InitDir: initDir(t, map[string]string{
			"api.service.json": initService, "web.json": initDefinition, "shop.json": `{"clusterName": "shop"}`,
		}),
	}
	check := func(srv *emulator.Server) {
		t.Helper()
		client := ecs.NewFromConfig(srv.Config())
		w := &world{t, srv, client}
		cluster := "shop"
		w.eventually("the service runs", func() bool {
			out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{"api"}})
			w.must(err)
			return len(out.Services) == 1 && out.Services[0].RunningCount == 1
		})
		definitions, err := client.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{})
		w.must(err)
		if len(definitions.TaskDefinitionArns) != 1 {
			t.Errorf("revisions: %v", definitions.TaskDefinitionArns)
		}
	}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	check(first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	check(start(t, opts).srv) // nothing is made twice
}

func TestInitFailsWithTheFileAndTheReason(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing there":     {nil, "holds no .json file"},
		"not JSON":          {map[string]string{"a.json": "{"}, "a.json"},
		"no known members":  {map[string]string{"a.json": `{"x": 1}`}, "has none of containerDefinitions, clusterName and taskDefinition"},
		"refused by ECS":    {map[string]string{"a.json": `{"family": "a b", "containerDefinitions": []}`}, "ClientException"},
		"wrong type":        {map[string]string{"a.json": `{"family": 1, "containerDefinitions": []}`}, "a.json"},
		"unknown reference": {map[string]string{"a.json": `{"taskDefinition": "none", "desiredCount": 1}`}, "TaskDefinition not found."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := emulator.New(emulator.Options{InitDir: initDir(t, test.files)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
