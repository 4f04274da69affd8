package price

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
)

// MaxBytes bounds a file of prices. The one that AWS offers for AmazonECS and a region has some hundred KB.
const MaxBytes = 16 * userfile.MiB

// ReadFile is the program's table with what a user's file says in its place: a table in the form of --prices, or the file that
// AWS offers for AmazonECS in a region. The error names the file, the line and the column.
func ReadFile(ctx context.Context, path string) (*Table, error) {
	text, err := userfile.Read(ctx, path, MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	own, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("prices %s:%w", path, err)
	}
	own.file = path
	return Default().over(own), nil
}

// read reads either kind of file.
func read(text []byte) (*Table, error) {
	d, root, err := readDocument(text)
	if err != nil {
		return nil, err
	}
	if root.kind == "object" && (root.get("offerCode") != nil || root.get("products") != nil) {
		return readOffer(d, root)
	}
	return readTable(d, root)
}
