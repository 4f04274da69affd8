package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// role uses the SDK, with nothing set but what the environment has, again and again until
// it is told to stop: as if started anew each time, and with the first keys that it had. It
// prints what has changed.
func role(args []string) error {
	stop := terminated()
	fmt.Println("path", os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
	said := map[string]string{}
	say := func(what, value string) {
		if said[what] != value {
			said[what] = value
			fmt.Println(what, value)
		}
	}
	var first, last string
	var kept aws.Config
	for {
		settings, keys, err := load()
		say("keys", outcome(err, "found"))
		if err == nil {
			if first == "" {
				first, last, kept = keys.AccessKeyID, keys.AccessKeyID, settings
				kept.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
				fmt.Printf("export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN=%s\n", keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken)
			}
			if keys.AccessKeyID != last {
				last = keys.AccessKeyID
				fmt.Println("renewed")
			}
			use(settings, args[0], say)
			_, err = sts.NewFromConfig(kept).GetCallerIdentity(context.Background(), nil)
			say("first keys", outcome(err, "accepted"))
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-stop:
			return nil
		}
	}
}

// load is what a program does that has just been started.
func load() (aws.Config, aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	if err != nil {
		return settings, aws.Credentials{}, err
	}
	keys, err := settings.Credentials.Retrieve(ctx)
	return settings, keys, err
}

// use asks who it is, reads a parameter, and lists tasks.
func use(settings aws.Config, parameter string, say func(what, value string)) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	me, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, nil)
	say("as", outcome(err, "")+aws.ToString(field(me, func() *string { return me.Arn })))
	read, err := ssm.NewFromConfig(settings).GetParameter(ctx, &ssm.GetParameterInput{Name: &parameter})
	say("reads", outcome(err, "")+aws.ToString(field(read, func() *string { return read.Parameter.Value })))
	tasks, err := ecs.NewFromConfig(settings).ListTasks(ctx, &ecs.ListTasksInput{})
	found := ""
	if err == nil {
		found = strings.Join(tasks.TaskArns, " ")
	}
	say("lists", outcome(err, "")+found)
}

// field of an answer, if there is one.
func field[T any](answer *T, value func() *string) *string {
	if answer == nil {
		return nil
	}
	return value()
}

// outcome is what becomes of a call: the code of its error, or a word.
func outcome(err error, good string) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return good
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}

// get prints the status and the body that a URL answers.
func get(args []string) error {
	if to, ok := strings.CutPrefix(args[0], "udp://"); ok {
		answer, err := askDatagram(to, patience)
		fmt.Println(answer)
		return err
	}
	client := http.Client{Timeout: patience}
	answer, err := client.Get(args[0])
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body))
	return err
}
