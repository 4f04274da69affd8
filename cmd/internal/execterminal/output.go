package execterminal

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/client"
)

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// OutputRate is how many MB in a second are copied. Less than that many bytes is an error.
func OutputRate(least int64, copyTo func(io.Writer) error) (rate float64, err error) {
	var all counter
	began := time.Now()
	if err := copyTo(&all); err != nil {
		return 0, err
	}
	if int64(all) < least {
		return 0, fmt.Errorf("%d bytes are shown of %d", all, least)
	}
	return float64(all) / 1e6 / time.Since(began).Seconds(), nil
}

// CopyBare runs a command as [Bare] does, and copies its output until its end.
func CopyBare(ctx context.Context, docker *client.Client, container string, to io.Writer, command ...string) error {
	stream, err := attach(ctx, docker, container, command...)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, stream.Close)()
	defer stream.Close()
	_, err = io.Copy(to, stream.Reader)
	return err
}
