package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

const (
	family  = "bench"
	cluster = "default"
	appName = "app" // the container of plainTaskDefinition
)

// webTaskDefinition is a task definition of usual size.
func webTaskDefinition() string {
	return `{"family":"` + family + `","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512",` +
		`"executionRoleArn":"arn:aws:iam::000000000000:role/ecsTaskExecutionRole",` +
		`"containerDefinitions":[{"name":"web","image":"shop/web:1.4.2","essential":true,"cpu":128,"memoryReservation":256,` +
		`"portMappings":[{"containerPort":8080,"protocol":"tcp","name":"http","appProtocol":"http"}],` +
		`"environment":[{"name":"STAGE","value":"prod"},{"name":"DB_HOST","value":"db.internal"},{"name":"LOG_LEVEL","value":"info"}],` +
		`"healthCheck":{"command":["CMD-SHELL","wget -q -O /dev/null http://localhost:8080/health"],"interval":30,"timeout":5,"retries":3},` +
		`"ulimits":[{"name":"nofile","softLimit":65536,"hardLimit":65536}],` +
		`"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/shop","awslogs-region":"us-east-1","awslogs-stream-prefix":"web","awslogs-create-group":"true"}}},` +
		`{"name":"proxy","image":"shop/proxy:0.9","essential":false,"cpu":64,"memoryReservation":64,` +
		`"dependsOn":[{"containerName":"web","condition":"START"}],"command":["--upstream","127.0.0.1:8080"]}],` +
		`"tags":[{"key":"team","value":"shop"},{"key":"stage","value":"prod"}]}`
}

func plainTaskDefinition(image string, command ...string) map[string]any {
	return taskDefinition(image, []string{appName}, command...)
}

// taskDefinition is a task with a container for each name.
func taskDefinition(image string, names []string, command ...string) map[string]any {
	var containers []any
	for _, name := range names {
		containers = append(containers, map[string]any{"name": name, "image": image, "command": command, "essential": true})
	}
	return map[string]any{
		"family": family, "networkMode": "awsvpc", "requiresCompatibilities": []string{"FARGATE"},
		"cpu": "256", "memory": "512", "containerDefinitions": containers,
	}
}

// defaultNetwork is the network configuration of tasks in the default VPC.
type defaultNetwork map[string]any

// networkOf asks the emulator for its default VPC.
func networkOf(c *rawhttp.Connection) (defaultNetwork, error) {
	_, body, err := c.Fetch(rawhttp.Request(http.MethodGet, "/_emulator/health", nil))
	if err != nil {
		return nil, err
	}
	var health struct {
		Network struct {
			Subnets []struct {
				ID string `json:"id"`
			} `json:"subnets"`
			SecurityGroup string `json:"securityGroup"`
		} `json:"network"`
	}
	if err := json.Unmarshal(body, &health); err != nil {
		return nil, fmt.Errorf("read health: %w", err)
	}
	var subnets []string
	for _, s := range health.Network.Subnets {
		subnets = append(subnets, s.ID)
	}
	return defaultNetwork{"awsvpcConfiguration": map[string]any{
		"subnets": subnets, "securityGroups": []string{health.Network.SecurityGroup},
	}}, nil
}

func (n defaultNetwork) subnets() []string {
	subnets, _ := n["awsvpcConfiguration"].(map[string]any)["subnets"].([]string)
	return subnets
}

func runTaskInput(count int, network defaultNetwork) map[string]any {
	return map[string]any{
		"cluster": cluster, "taskDefinition": family, "launchType": "FARGATE", "count": count,
		"networkConfiguration": network,
	}
}

// taskList is what answers with tasks have in common.
type taskList struct {
	Tasks []struct {
		TaskARN    string `json:"taskArn"`
		LastStatus string `json:"lastStatus"`
		Reason     string `json:"stoppedReason"`
	} `json:"tasks"`
	Failures []struct {
		Reason string `json:"reason"`
	} `json:"failures"`
}

func (l *taskList) arns() []string {
	var arns []string
	for _, t := range l.Tasks {
		arns = append(arns, t.TaskARN)
	}
	return arns
}
