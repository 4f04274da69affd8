package bench_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	// callers is how many clients send requests at the same time.
	callers = 16
	// execution is the role of the definition web.
	execution = "execution"
)

// accessWorld is a world with a user who has ten policies of ten statements, and clients with its access key.
type accessWorld struct {
	*world
	iam     *iam.Client
	key     aws.Credentials
	clients [callers]net.Conn
}

func startAccess(b *testing.B, mode emulator.AccessMode) *accessWorld {
	b.Helper()
	w := &accessWorld{world: start(b, emulator.Options{Engine: "sim", IAM: mode})}
	w.iam = iam.NewFromConfig(w.Config())
	w.createRole(execution)
	name := aws.String("dev")
	_, err := w.iam.CreateUser(w.Context(), &iam.CreateUserInput{UserName: name})
	w.must(err)
	for i := range 10 {
		made, err := w.iam.CreatePolicy(w.Context(), &iam.CreatePolicyInput{PolicyName: aws.String(fmt.Sprint("part-", i)), PolicyDocument: tenStatements(i)})
		w.must(err)
		_, err = w.iam.AttachUserPolicy(w.Context(), &iam.AttachUserPolicyInput{UserName: name, PolicyArn: made.Policy.Arn})
		w.must(err)
	}
	key, err := w.iam.CreateAccessKey(w.Context(), &iam.CreateAccessKeyInput{UserName: name})
	w.must(err)
	w.key = aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	for i := range w.clients {
		w.clients[i], err = net.Dial("tcp", strings.TrimPrefix(w.URL(), "http://"))
		w.must(err)
		b.Cleanup(func() { w.clients[i].Close() })
	}
	w.send(w.signed("RegisterTaskDefinition", []byte(definition)))
	return w
}

// definition is a task definition of usual size.
const definition = `{"family":"web","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512",` +
	`"executionRoleArn":"arn:aws:iam::000000000000:role/` + execution + `",` +
	`"containerDefinitions":[{"name":"web","image":"shop/web:1.4.2","essential":true,"cpu":128,"memoryReservation":256,` +
	`"portMappings":[{"containerPort":8080,"protocol":"tcp","name":"http","appProtocol":"http"}],` +
	`"environment":[{"name":"STAGE","value":"prod"},{"name":"DB_HOST","value":"db.internal"},{"name":"LOG_LEVEL","value":"info"}],` +
	`"healthCheck":{"command":["CMD-SHELL","wget -q -O /dev/null http://localhost:8080/health"],"interval":30,"timeout":5,"retries":3},` +
	`"ulimits":[{"name":"nofile","softLimit":65536,"hardLimit":65536}]},` +
	`{"name":"proxy","image":"shop/proxy:0.9","essential":false,"cpu":64,"memoryReservation":64,` +
	`"dependsOn":[{"containerName":"web","condition":"START"}],"command":["--upstream","127.0.0.1:8080"]}],` +
	`"tags":[{"key":"team","value":"shop"},{"key":"stage","value":"prod"}]}`

// tenStatements is a policy of an Allow and a Deny for each of five services. The tenth allows what is measured.
func tenStatements(n int) *string {
	var list []string
	for i, service := range []string{"s3", "ecs", "logs", "ecr", "ec2"} {
		list = append(list,
			fmt.Sprintf(`{"Effect":"Allow","Action":["%[1]s:Describe*Of%[2]d","%[1]s:List*","%[1]s:Get%[2]d"],"Resource":"*"}`, service, i),
			fmt.Sprintf(`{"Effect":"Deny","Action":"%[1]s:*","Resource":"arn:aws:%[1]s:*:*:*/prod-%[2]d/*",`+
				`"Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"ops"}}}`, service, i))
	}
	if n == 9 {
		list[8] = `{"Effect":"Allow","Action":["ecs:Describe*","ecs:RegisterTaskDefinition","ecs:RunTask","ecs:TagResource"],"Resource":"*"}`
		list[9] = `{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/` + execution + `",` +
			`"Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}`
	}
	return aws.String(`{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`)
}

func (w *accessWorld) createRole(name string) {
	w.Helper()
	_, err := w.iam.CreateRole(w.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}}`)})
	w.must(err)
}

// signed is a request of the user, as it goes over a connection.
func (w *accessWorld) signed(operation string, body []byte) []byte {
	w.Helper()
	r, err := http.NewRequest(http.MethodPost, w.URL(), bytes.NewReader(body))
	w.must(err)
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	sum := sha256.Sum256(body)
	w.must(v4.NewSigner().SignHTTP(w.Context(), w.key, r, hex.EncodeToString(sum[:]), "ecs", "us-east-1", time.Now()))
	var raw bytes.Buffer
	w.must(r.Write(&raw))
	return raw.Bytes()
}

// send sends requests, each by one of the clients, and returns how many are answered in a second.
func (w *accessWorld) send(requests ...[]byte) float64 {
	w.Helper()
	var wait sync.WaitGroup
	errs := make([]error, callers)
	began := time.Now()
	for i := range w.clients {
		wait.Go(func() {
			answers := bufio.NewReader(w.clients[i])
			for at := i; at < len(requests) && errs[i] == nil; at += callers {
				errs[i] = exchange(w.clients[i], answers, requests[at])
			}
		})
	}
	wait.Wait()
	took := time.Since(began)
	w.must(errors.Join(errs...))
	return float64(len(requests)) / took.Seconds()
}

// exchange sends a request that must succeed.
func exchange(conn net.Conn, answers *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(answer.Body)
		return errors.Join(fmt.Errorf("%s: %s", answer.Status, text), err)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
