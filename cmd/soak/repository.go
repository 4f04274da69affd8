package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// createRepository makes a repository, and returns where images are pushed to.
func (e *emulator) createRepository(ctx context.Context, name string) (uri string, err error) {
	made, err := e.registry.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name})
	if err != nil {
		return "", fmt.Errorf("create a repository: %w", err)
	}
	return *made.Repository.RepositoryUri, nil
}

// countImages counts the images that a repository has.
func (e *emulator) countImages(ctx context.Context, repository string) (int, error) {
	found, err := e.registry.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: &repository})
	if err != nil {
		return 0, fmt.Errorf("list images: %w", err)
	}
	return len(found.ImageIds), nil
}

// logIn returns a login for the registry.
func (e *emulator) logIn(ctx context.Context) (user, password string, err error) {
	out, err := e.registry.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return "", "", fmt.Errorf("log in: %w", err)
	}
	token, err := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	user, password, _ = strings.Cut(string(token), ":")
	return user, password, err
}
