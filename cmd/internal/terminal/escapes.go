//go:build !windows

package terminal

import "os"

// understandsEscapes is true: every terminal of Unix does, but for TERM=dumb.
func understandsEscapes(*os.File) bool { return true }
