module gitlab.com/harbor-tools/dockctl

go 1.23

require (
	github.com/spf13/cobra v1.8.1
	golang.org/x/crypto v0.28.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.5 // indirect
)
