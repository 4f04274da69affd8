// Package ledger has the pages that say which facts show what of each service, as `make ledger` writes them.
package ledger

import "embed"

// Pages are the files of this folder, one for each service.
//
//go:embed *.md
var Pages embed.FS
