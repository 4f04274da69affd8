package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// get asks a running emulator for something under /_emulator/. The answer is what was
// asked for; a refusal is an error. The caller closes its body.
func get(ctx context.Context, endpoint, path string, query url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		strings.TrimSuffix(endpoint, "/")+"/_emulator/"+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, usageError{fmt.Errorf("--endpoint: %w", err)}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the emulator: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, refusal(response)
	}
	return response, nil
}

// refusal is the reason that the emulator gives.
func refusal(response *http.Response) error {
	var body struct{ Error string }
	if err := json.NewDecoder(io.LimitReader(response.Body, 4096)).Decode(&body); err != nil || body.Error == "" {
		return fmt.Errorf("%s answers %s: is it the emulator?", response.Request.URL.Host, response.Status)
	}
	return errors.New(body.Error)
}

func defaultEndpoint() string {
	for _, name := range []string{"AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return "http://127.0.0.1:4577"
}
