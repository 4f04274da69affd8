// Command generate writes errors.json: the codes with which AWS's public API models let each operation be refused. It reads the
// models that botocore has, which is part of the AWS CLI and of boto3:
//
//	go run ./internal/app/reference/factledger/generate
package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// models are what services are called in credential scopes, and what botocore calls their models.
var models = map[string]string{
	"acm": "acm", "application-autoscaling": "application-autoscaling", "autoscaling": "autoscaling", "cloudformation": "cloudformation",
	"codedeploy": "codedeploy", "ec2": "ec2", "ecr": "ecr", "ecs": "ecs", "elasticloadbalancing": "elbv2", "events": "events", "iam": "iam", "logs": "logs",
	"monitoring": "cloudwatch", "scheduler": "scheduler", "secretsmanager": "secretsmanager", "servicediscovery": "servicediscovery", "ssm": "ssm",
	"sts": "sts", "tagging": "resourcegroupstaggingapi",
}

type model struct {
	Operations map[string]struct {
		Errors []struct {
			Shape string `json:"shape"`
		} `json:"errors"`
	} `json:"operations"`
	Shapes map[string]struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	} `json:"shapes"`
}

func main() {
	data, err := exec.Command("python3", "-c", "import botocore, os; print(os.path.join(botocore.__path__[0], 'data'))").Output()
	check(err)
	codes := map[string]map[string][]string{}
	for service, name := range models {
		versions, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(data)), name, "*", "service-2.json.gz"))
		check(err)
		m := read(slices.Max(versions))
		codes[service] = map[string][]string{}
		for operation, o := range m.Operations {
			list := []string{}
			for _, e := range o.Errors {
				code := m.Shapes[e.Shape].Error.Code
				if code == "" {
					code = e.Shape
				}
				list = append(list, code)
			}
			slices.Sort(list)
			codes[service][operation] = slices.Compact(list)
		}
	}
	text, err := json.Marshal(codes)
	check(err)
	check(os.WriteFile("internal/app/reference/factledger/errors.json", append(text, '\n'), 0o644))
}

func read(path string) (m model) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	check(err)
	check(json.NewDecoder(unpacked).Decode(&m))
	return m
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
