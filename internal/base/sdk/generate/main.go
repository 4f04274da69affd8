// Command generate writes the packages below internal/base/sdk, and for each a test that holds its types
// against the SDK's. It reads sources only, so it works where the module does not compile because a
// type is missing.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	module = "github.com/ecs-emulator/ecs-emulator"
	ours   = module + "/internal/base/sdk/"
	theirs = "github.com/aws/aws-sdk-go-v2/service/"
)

// service is one of AWS.
type service struct {
	name string // of its package in the SDK
	// ownTypes has the types that inputs and outputs consist of generated as well, because the SDK's
	// package has more than types.
	ownTypes bool
}

var services = []service{
	{name: "ecs", ownTypes: true},
	{name: "ec2"},
	{name: "iam"},
	{name: "autoscaling"},
	{name: "elasticloadbalancingv2"},
	{name: "ssm", ownTypes: true},
	{name: "secretsmanager", ownTypes: true},
	{name: "acm", ownTypes: true},
	{name: "cloudwatchlogs", ownTypes: true},
	{name: "sts"},
	{name: "applicationautoscaling", ownTypes: true},
	{name: "cloudwatch", ownTypes: true},
	{name: "eventbridge", ownTypes: true},
	{name: "scheduler", ownTypes: true},
	{name: "servicediscovery", ownTypes: true},
	{name: "resourcegroupstaggingapi", ownTypes: true},
	{name: "ecr", ownTypes: true},
	{name: "cloudformation", ownTypes: true},
	{name: "codedeploy", ownTypes: true},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate types of the SDK:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := goList("-m")
	if err != nil {
		return err
	}
	named, err := namesUsed(root)
	if err != nil {
		return err
	}
	for _, s := range services {
		if err := s.generate(root, named); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// generate writes the packages of a service and their test. named has what the module names of each
// package.
func (s service) generate(root string, named map[string]names) error {
	top, err := s.read("", "api_*.go", named)
	if err != nil {
		return err
	}
	packages := []*pkg{top}
	if s.ownTypes {
		parts, err := s.read("/types", "*.go", named)
		if err != nil {
			return err
		}
		for name := range top.qualified["types"] {
			parts.wanted[name] = true
		}
		if err := parts.complete(); err != nil {
			return err
		}
		packages = append(packages, parts)
	}
	for _, p := range packages {
		file := filepath.Join(root, "internal/base/sdk", filepath.FromSlash(p.path), p.name+".go")
		if err := write(file, p.source(s)); err != nil {
			return err
		}
	}
	return write(filepath.Join(root, "handlers", s.name, "shapes_test.go"), s.test(packages))
}

// read reads a package of the service, with what the module names in the place of it.
func (s service) read(sub, pattern string, named map[string]names) (*pkg, error) {
	dir, err := goList(theirs + s.name + sub)
	if err != nil {
		return nil, err
	}
	p, err := readPackage(s.name+sub, dir, pattern)
	if err != nil {
		return nil, err
	}
	for name := range named[ours+p.path] {
		p.wanted[name] = true
	}
	return p, p.complete()
}

// goList returns the folder of a package, or of the module.
func goList(what string) (string, error) {
	text, err := exec.Command("go", "list", "-f", "{{.Dir}}", what).Output()
	if err != nil {
		return "", fmt.Errorf("go list %s: %w", what, err)
	}
	return strings.TrimSpace(string(text)), nil
}

func write(file string, source *bytes.Buffer) error {
	text, err := format.Source(source.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
