package emulator_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/rogpeppe/go-internal/testscript"
)

// clientCall is a call of ECS as a client other than the AWS CLI makes it.
type clientCall struct {
	URL       string          `json:"url"`
	Key       string          `json:"key"`
	Secret    string          `json:"secret"`
	Operation string          `json:"operation"` // as the AWS CLI has it
	Input     json.RawMessage `json:"input"`
}

// ecsClient makes calls, and returns AWS's error.
type ecsClient func(clientCall) error

// TestPoliciesInEachClient runs with boto3 and the SDK for Go what TestScripts runs with the AWS CLI.
func TestPoliciesInEachClient(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	requireBoto3(t)
	bin, cli := buildEmulator(t), startCLI(t)
	for name, client := range map[string]ecsClient{"boto3": startBoto3(t), "go": callWithGo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene{bin: bin, cli: cli, image: "ecs-emulator/test-app:sim", client: client}
			s.run(t, testscript.Params{Dir: filepath.Join("..", "testdata", "script", "policy")})
		})
	}
}

// scriptTry calls ECS with the keys $KEY and $SECRET and the client of the scene. A refusal shows on stderr.
func scriptTry(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] try <operation> <JSON or file.json>...")
	}
	call := clientCall{ts.Getenv("URL"), ts.Getenv("KEY"), ts.Getenv("SECRET"), args[0], json.RawMessage(scriptBody(ts, args[1:]))}
	client, _ := ts.Value(clientKey{}).(ecsClient)
	if client == nil {
		client = func(c clientCall) error { return callWithCLI(ts, c) }
	}
	err := client(call)
	if err != nil {
		fmt.Fprintln(ts.Stderr(), err)
	}
	if (err != nil) != neg {
		ts.Fatalf("%s with %s: %v", args[0], call.Input, err)
	}
}

type clientKey struct{}

func callWithCLI(ts *testscript.TestScript, c clientCall) error {
	env := scriptVariables(ts)
	env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = c.Key, c.Secret
	args := []string{"--endpoint-url", c.URL, "ecs", c.Operation, "--cli-input-json", string(c.Input)}
	if c.Operation == "execute-command" {
		args = append(args, "--interactive") // which the CLI demands beside the JSON
	}
	answer, err := ts.Value(cliKey{}).(awsCLI).run(cliCommand{Args: args, Env: env, Dir: ts.MkAbs(".")})
	if err == nil && answer.Code != 0 {
		err = errors.New(strings.TrimSpace(answer.Stderr))
	}
	return err
}

// callWithGo finds the method by its name: RunTask is run-task.
func callWithGo(c clientCall) error {
	client := ecs.New(ecs.Options{
		BaseEndpoint: &c.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(c.Key, c.Secret, ""), Retryer: aws.NopRetryer{},
	})
	words := strings.Split(c.Operation, "-")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	method := reflect.ValueOf(client).MethodByName(strings.Join(words, ""))
	if !method.IsValid() {
		return fmt.Errorf("the SDK has no operation %s", c.Operation)
	}
	input := reflect.New(method.Type().In(1).Elem())
	if err := json.Unmarshal(c.Input, input.Interface()); err != nil {
		return err
	}
	err, _ := reflect.TypeAssert[error](method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})[1])
	return err
}

// startBoto3 starts a Python that makes calls until the test ends.
func startBoto3(t *testing.T) ecsClient {
	t.Helper()
	cmd := exec.Command("python3", filepath.Join(pythonFolder, "client.py"))
	cmd.Env = boto3Environment("")
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", cmd, err)
		}
	})
	var one sync.Mutex
	answers := bufio.NewScanner(out)
	return func(c clientCall) error {
		one.Lock()
		defer one.Unlock()
		if err := json.NewEncoder(in).Encode(c); err != nil {
			return err
		}
		if !answers.Scan() {
			return fmt.Errorf("client.py has no answer: %w", answers.Err())
		}
		var refusal string
		if err := json.Unmarshal(answers.Bytes(), &refusal); err != nil || refusal == "" {
			return err
		}
		return errors.New(refusal)
	}
}
