//! What all networks with a configuration have.

/// `built!(Config => Network)`, where `Config::try_init` builds the network: `Config::init`, which panics where that fails,
/// and [`Loadable`](agon_core::Loadable).
macro_rules! built {
    ($config:ty => $network:ty) => {
        impl $config {
            /// Builds the network.
            ///
            /// # Panics
            /// Where [`try_init`](Self::try_init) fails.
            pub fn init(&self, device: &burn::prelude::Device) -> $network {
                self.try_init(device).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl agon_core::Loadable for $network {
            type Config = $config;

            fn from_config(config: &$config, device: &burn::prelude::Device) -> agon_core::Result<Self> {
                config.try_init(device)
            }
        }
    };
}
pub(crate) use built;
